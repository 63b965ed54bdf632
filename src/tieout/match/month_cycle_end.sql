-- The last day of the monthly cycle that a day falls in.
CREATE OR REPLACE TEMP MACRO month_cycle_end(day, anchor) AS
    coalesce(month_cycle_last(month_cycle_start(day, anchor), anchor), day)
