-- A cell in the point style, thousands set off by commas or spaces, written plainly; else as read.
CREATE OR REPLACE TEMP MACRO grouped_number(cell) AS
    CASE
        WHEN regexp_full_match(
            unguarded(cell), '[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,3}( [0-9]{3})+)([.][0-9]*)?'
        ) THEN replace(replace(unguarded(cell), ',', ''), ' ', '')
        ELSE unguarded(cell)
    END
