-- The digits after the point, written out, without trailing zeros.
CREATE OR REPLACE TEMP MACRO number_fraction(cell) AS
    rtrim(
        CASE
            WHEN number_point(cell) >= 0
                THEN substr(number_digits(cell), number_point(cell)::INTEGER + 1)
            ELSE repeat('0', -number_point(cell)) || number_digits(cell)
        END,
        '0'
    )
