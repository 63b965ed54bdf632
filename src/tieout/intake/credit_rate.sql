-- A rate of partner earned credit as a part of one: above 1 it is a percentage (15 is 0.15),
-- divided in whole units, so exact or cut toward zero.
CREATE OR REPLACE TEMP MACRO credit_rate(rate) AS
    CASE WHEN rate > 1 THEN amount(units(rate) // 100) ELSE rate END
