-- How many decimals a number's text prints; of an exponent form its shortest plain number's.
CREATE OR REPLACE TEMP MACRO printed_decimals(cell) AS
    least(
        CASE
            WHEN strpos(lower(cell), 'e') > 0 THEN length(number_fraction(cell))
            WHEN strpos(cell, '.') = 0 THEN 0
            ELSE length(cell) - strpos(cell, '.')
        END,
        255
    )::UTINYINT
