-- How many decimals a number is written with, at most 18.
CREATE OR REPLACE TEMP MACRO decimals(number) AS
    least(length(regexp_extract(number, '\.([0-9]*)$', 1)), 18)
