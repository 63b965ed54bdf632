-- An integer number of units of 10^-18 as a DECIMAL(38,18): one unit is the raw integer 1.
CREATE OR REPLACE TEMP MACRO amount(units) AS
    CAST(CAST(units AS DECIMAL(38, 0)) * 0.000000000000000001::DECIMAL(18, 18) AS DECIMAL(38, 18))
