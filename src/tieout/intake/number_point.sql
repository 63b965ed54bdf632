-- How many of a number's digits stand before the point once the exponent is applied.
CREATE OR REPLACE TEMP MACRO number_point(cell) AS
    length(regexp_extract(cell, '^[+-]?([0-9]*)', 1)) + number_exponent(cell)
