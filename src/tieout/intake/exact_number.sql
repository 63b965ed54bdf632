-- A number's text written out without an exponent and without needless zeros; null for other text.
CREATE OR REPLACE TEMP MACRO exact_number(cell) AS
    CASE
        WHEN NOT is_number(cell) THEN NULL
        WHEN number_whole(cell) = '' AND number_fraction(cell) = '' THEN '0'
        ELSE CASE WHEN cell LIKE '-%' THEN '-' ELSE '' END
            || coalesce(nullif(number_whole(cell), ''), '0')
            || CASE WHEN number_fraction(cell) = '' THEN '' ELSE '.' || number_fraction(cell) END
    END
