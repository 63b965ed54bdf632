-- The first day of the monthly cycle that a day falls in; the anchor is a day number, kept
-- through the term and clipped to short months (31 January, 28 February, 31 March).
CREATE OR REPLACE TEMP MACRO month_cycle_start(day, anchor) AS
    CASE
        WHEN day IS NULL OR anchor IS NULL THEN day
        WHEN date_trunc('month', day)::DATE + (least(anchor, day(last_day(day))) - 1)::INT <= day
            THEN date_trunc('month', day)::DATE + (least(anchor, day(last_day(day))) - 1)::INT
        ELSE (date_trunc('month', day) - INTERVAL 1 MONTH)::DATE
            + (least(anchor, day(date_trunc('month', day)::DATE - 1)) - 1)::INT
    END
