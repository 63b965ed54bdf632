-- A whole number of units of 10^-digits (`one` is 10^digits) as text with that many decimals.
CREATE OR REPLACE TEMP MACRO decimal_text(units, digits, one) AS
    CASE WHEN units < 0 THEN '-' ELSE '' END
    || (abs(units) // one::BIGINT) || '.' || lpad((abs(units) % one::BIGINT)::VARCHAR, digits, '0')
