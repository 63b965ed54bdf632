-- The digits of a number's text before its exponent, without the point.
CREATE OR REPLACE TEMP MACRO number_digits(cell) AS
    replace(regexp_extract(cell, '^[+-]?([0-9.]*)', 1), '.', '')
