-- How many decimals a number is written with, at most 18; null for none.
CREATE OR REPLACE TEMP MACRO decimals(number) AS
    CASE WHEN number IS NOT NULL THEN least(length(regexp_extract(number, '\.([0-9]*)$', 1)), 18) END
