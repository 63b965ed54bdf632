-- How many distinct slash dates a file has, and the greatest first and second number in them.
SELECT
    count(*) AS dates,
    coalesce(max(regexp_extract(cell, '^''?([0-9]{1,2})/', 1)::INTEGER), 0) AS first,
    coalesce(max(regexp_extract(cell, '/([0-9]{1,2})/', 1)::INTEGER), 0) AS second
FROM intake_date
WHERE cell LIKE '%/%' AND regexp_matches(cell, '^''?[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( |$)')
