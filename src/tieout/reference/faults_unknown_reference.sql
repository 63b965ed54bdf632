-- Cells that name a row which is in no file and was not stored before.
-- reference_cell: file, row, column, value, target (the resource); known_id: target, value.
SELECT
    file, "row", "column", quoted(value) || ' is not in ' || target || '.csv' AS reason
FROM reference_cell
ANTI JOIN known_id USING (target, value)
