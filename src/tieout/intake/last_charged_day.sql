-- The last day charged, inclusive: an end on the first of the month after a start on the first is
-- the day before.
CREATE OR REPLACE TEMP MACRO last_charged_day(charge_start, charge_end) AS
    CASE
        WHEN day(charge_start) = 1 AND charge_end = charge_start + INTERVAL 1 MONTH THEN charge_end - 1
        ELSE charge_end
    END
