-- The first day of the month that a cell prints (201910, 2019-10, 10/2019 or a day in it); other text
-- as it is.
CREATE OR REPLACE TEMP MACRO first_of_month(cell) AS
    CASE
        WHEN regexp_full_match(cell, '[0-9]{4}-?[0-9]{2}') THEN left(cell, 4) || '-' || right(cell, 2) || '-01'
        WHEN regexp_full_match(cell, '[0-9]{1,2}/[0-9]{4}')
            THEN right(cell, 4) || '-' || lpad(split_part(cell, '/', 1), 2, '0') || '-01'
        ELSE coalesce(left(calendar_date(cell, '%m/%d/%Y')::VARCHAR, 8) || '01', cell)
    END
