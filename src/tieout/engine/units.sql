-- A DECIMAL(38,18) as an integer number of units of 10^-18.
CREATE OR REPLACE TEMP MACRO units(amount) AS
    replace(CAST(CAST(amount AS DECIMAL(38, 18)) AS VARCHAR), '.', '')::HUGEINT
