-- A plainly written number with the other sign; else the cell.
CREATE OR REPLACE TEMP MACRO negated(cell) AS
    CASE
        WHEN NOT is_number(cell) THEN cell
        WHEN cell LIKE '-%' THEN substr(cell, 2)
        ELSE '-' || ltrim(cell, '+')
    END
