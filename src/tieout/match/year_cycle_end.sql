-- The last day of the yearly cycle that a day falls in.
CREATE OR REPLACE TEMP MACRO year_cycle_end(day, anchor) AS
    coalesce(year_cycle_last(year_cycle_start(day, anchor), anchor), day)
