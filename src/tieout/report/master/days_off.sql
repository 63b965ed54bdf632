-- How far a row lies from the day that counts: one that has begun comes before any that has not.
CREATE OR REPLACE TEMP MACRO days_off(first_day) AS
    abs(date_diff('day', first_day::DATE, getvariable('day')::DATE))
    + CASE WHEN first_day > getvariable('day') THEN 10000000 ELSE 0 END
