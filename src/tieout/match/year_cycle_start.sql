-- The first day of the yearly cycle that a day falls in; 29 February is clipped to the 28th.
CREATE OR REPLACE TEMP MACRO year_cycle_start(day, anchor) AS
    CASE
        WHEN day IS NULL OR anchor IS NULL THEN day
        WHEN (anchor + to_years((year(day) - year(anchor))::INT))::DATE <= day
            THEN (anchor + to_years((year(day) - year(anchor))::INT))::DATE
        ELSE (anchor + to_years((year(day) - year(anchor) - 1)::INT))::DATE
    END
