-- The first day after a price's end as a sheet prints it, or null where it never ends. An end at
-- midnight ends before that day; at any other time, and where no time is printed, with that day.
CREATE OR REPLACE TEMP MACRO first_invalid_day(cell, day) AS
    CASE
        WHEN year(day) IN (1, 1753, 9999) THEN NULL
        WHEN regexp_matches(cell, '[T ]') AND is_midnight(cell) THEN day
        ELSE day + 1
    END
