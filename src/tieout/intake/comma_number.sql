-- A cell in the comma style, thousands set off by points or spaces, written plainly; else unreadable.
CREATE OR REPLACE TEMP MACRO comma_number(cell) AS
    CASE
        WHEN regexp_full_match(
            unguarded(cell),
            '[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+|[0-9]{1,3}( [0-9]{3})+)(,[0-9]*)?([eE][+-]?[0-9]{1,3})?'
        ) THEN replace(replace(replace(unguarded(cell), '.', ''), ' ', ''), ',', '.')
        WHEN unguarded(cell) = '' THEN ''
        ELSE '?'
    END
