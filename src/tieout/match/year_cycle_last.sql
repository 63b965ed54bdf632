-- The last day of the yearly cycle that starts on a day.
CREATE OR REPLACE TEMP MACRO year_cycle_last(start, anchor) AS
    (anchor + to_years((year(start) - year(anchor) + 1)::INT))::DATE - 1
