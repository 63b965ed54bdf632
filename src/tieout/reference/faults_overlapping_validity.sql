-- Rows of one key that are in force on a day on which another row of it is.
-- The later record of the folder is named; what was stored before has no row.
WITH span AS (
    SELECT file, key, valid_from, max(open_end(valid_to)) AS end_day, max("row") AS "row"
    FROM validity
    WHERE valid_from < open_end(valid_to)
    GROUP BY file, key, valid_from
),

followed AS (
    SELECT
        *,
        max_by({'row': "row", 'valid_from': valid_from, 'end_day': end_day}, end_day) OVER (
            PARTITION BY file, key ORDER BY valid_from
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier
    FROM span
)

SELECT
    file, greatest("row", earlier."row") AS "row", 'valid_from' AS "column",
    'is in force together with the row of the same key from '
    || CASE WHEN "row" IS NULL OR "row" < earlier."row" THEN valid_from ELSE earlier.valid_from END
        AS reason
FROM followed
WHERE valid_from < earlier.end_day
