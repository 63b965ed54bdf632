-- A magnitude as an integer number of 10^-10, rounded half up.
CREATE OR REPLACE TEMP MACRO rounded_to_ten(value) AS
    ((units(abs(value)) + 50000000) // 100000000::HUGEINT)
