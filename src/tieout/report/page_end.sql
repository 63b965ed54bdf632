-- How many rows stand from the beginning of a page on, and the last of at most `rows_max` of them.
WITH counted AS (
    SELECT ordinal, count(*) AS line_count
    FROM row_part
    WHERE ordinal >= getvariable('first_ordinal')
    GROUP BY ordinal
),
placed AS (
    SELECT ordinal, line_count, sum(line_count) OVER (ORDER BY ordinal)::BIGINT - line_count AS rows_before
    FROM counted
),
reached AS (
    SELECT *, getvariable('first_line') + getvariable('rows_max') - rows_before AS lines_wanted
    FROM placed
)
SELECT
    coalesce(sum(line_count), 0)::BIGINT - getvariable('first_line') AS rows_left,
    max(ordinal) FILTER (WHERE lines_wanted > 0) AS last_ordinal,
    (arg_max(least(lines_wanted, line_count), ordinal) FILTER (WHERE lines_wanted > 0))::BIGINT AS last_line
FROM reached
