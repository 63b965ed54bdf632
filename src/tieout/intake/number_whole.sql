-- The digits before the point, written out, without leading zeros.
CREATE OR REPLACE TEMP MACRO number_whole(cell) AS
    ltrim(rpad(number_digits(cell), greatest(number_point(cell), 0)::INTEGER, '0'), '0')
