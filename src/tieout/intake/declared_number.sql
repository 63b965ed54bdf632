-- A cell in a declared style, whose numbers have this shape, written plainly; else unreadable.
CREATE OR REPLACE TEMP MACRO declared_number(cell, shape, thousands, point) AS
    CASE
        WHEN regexp_full_match(cell, shape) THEN replace(translate(cell, thousands, ''), point, '.')
        WHEN cell = '' THEN ''
        ELSE '?'
    END
