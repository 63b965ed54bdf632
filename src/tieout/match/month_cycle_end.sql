-- The last day of the monthly cycle that a day falls in: the day before the next one starts.
CREATE OR REPLACE TEMP MACRO month_cycle_end(day, anchor) AS
    CASE
        WHEN day IS NULL OR anchor IS NULL THEN day
        ELSE (date_trunc('month', month_cycle_start(day, anchor)) + INTERVAL 1 MONTH)::DATE
            + least(
                anchor,
                day(last_day((date_trunc('month', month_cycle_start(day, anchor)) + INTERVAL 1 MONTH)::DATE))
            )::INT - 2
    END
