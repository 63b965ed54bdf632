-- The reference id of a cell: its `id` member where it is a JSON object, else the cell.
CREATE OR REPLACE TEMP MACRO reference_id(cell) AS
    CASE
        WHEN cell NOT LIKE '{%' THEN cell
        WHEN json_valid(cell) THEN coalesce(json_extract_string(cell, '$.id'), cell)
        ELSE cell
    END
