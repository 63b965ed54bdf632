-- The power of ten that a number's text ends in; 0 where there is none.
CREATE OR REPLACE TEMP MACRO number_exponent(cell) AS
    coalesce(TRY_CAST(nullif(regexp_extract(cell, '[eE]([+-]?[0-9]+)$', 1), '') AS INTEGER), 0)
