-- The calendar day of a cell of this shape whose year, month and day stand at these places; two
-- digits are a year of this century.
CREATE OR REPLACE TEMP MACRO declared_date(cell, shape, year_at, month_at, day_at) AS
    CASE
        WHEN regexp_full_match(cell, shape) THEN TRY_CAST(
            concat_ws(
                '-',
                lpad(string_split_regex(regexp_extract(cell, '^[0-9./-]+'), '[./-]')[year_at], 4, '20'),
                lpad(string_split_regex(regexp_extract(cell, '^[0-9./-]+'), '[./-]')[month_at], 2, '0'),
                lpad(string_split_regex(regexp_extract(cell, '^[0-9./-]+'), '[./-]')[day_at], 2, '0')
            ) AS DATE
        )
    END
