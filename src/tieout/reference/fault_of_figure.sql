-- Why a value is no plain number with 18 decimals and 12 digits before them at most, or null.
CREATE OR REPLACE TEMP MACRO fault_of_figure(value) AS
    CASE
        WHEN fault_of_amount(value, 18) IS NOT NULL THEN fault_of_amount(value, 18)
        WHEN length(ltrim(split_part(value, '.', 1), '+-0')) > 12
            THEN quoted(value) || ' has more than 12 digits before the point'
    END
