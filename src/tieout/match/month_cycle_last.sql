-- The last day of the monthly cycle that starts on a day: the day before the next one starts.
CREATE OR REPLACE TEMP MACRO month_cycle_last(start, anchor) AS
    CASE WHEN anchor IS NOT NULL THEN
        (date_trunc('month', start) + INTERVAL 1 MONTH)::DATE
            + least(anchor, day(last_day((date_trunc('month', start) + INTERVAL 1 MONTH)::DATE)))::INT - 2
    END
