-- A number's text written out, cut toward zero after `scale` decimals.
CREATE OR REPLACE TEMP MACRO number_text(cell, scale) AS
    CASE WHEN cell LIKE '-%' THEN '-' ELSE '' END
    || '0' || number_whole(cell) || '.' || left(number_fraction(cell) || '0', scale)
