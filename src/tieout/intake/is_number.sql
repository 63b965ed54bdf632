-- Whether a text is a decimal number in ASCII digits: sign, digits, one point, an exponent.
CREATE OR REPLACE TEMP MACRO is_number(cell) AS
    regexp_full_match(cell, '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?')
