-- The last day of the yearly cycle that a day falls in.
CREATE OR REPLACE TEMP MACRO year_cycle_end(day, anchor) AS
    CASE
        WHEN day IS NULL OR anchor IS NULL THEN day
        ELSE (anchor + to_years(
            (year(year_cycle_start(day, anchor)) - year(anchor) + 1)::INT
        ))::DATE - 1
    END
