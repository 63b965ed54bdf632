-- Rows of one file that repeat the key of an earlier row.
-- row_key: file, row, columns (names of the key columns), column (the first of them), key.
WITH repeated AS (
    SELECT *, min("row") OVER (PARTITION BY file, key) AS first_row FROM row_key
)

SELECT file, "row", "column", 'repeats the ' || columns || ' of row ' || first_row AS reason
FROM repeated
WHERE "row" > first_row
