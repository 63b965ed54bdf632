-- Rows that end before they begin, or on the day they begin.
SELECT
    file, "row", 'valid_to' AS "column",
    quoted(valid_to) || ' is not after valid_from ' || quoted(valid_from) AS reason
FROM validity
WHERE valid_to <= valid_from
