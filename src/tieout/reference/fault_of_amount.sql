-- Why a value is no plain number that fits DECIMAL(38) with `decimals` decimals and 20 digits at most before them, or null.
CREATE OR REPLACE TEMP MACRO fault_of_amount(value, decimals) AS
    CASE
        WHEN NOT regexp_full_match(value, '[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)')
            THEN quoted(value) || ' is not a number'
        WHEN length(split_part(value, '.', 2)) > decimals
            THEN quoted(value) || ' has more than ' || decimals || ' decimals'
        WHEN length(ltrim(split_part(value, '.', 1), '+-0')) > least(20, 38 - decimals)
            THEN quoted(value) || ' has more than ' || least(20, 38 - decimals)
                || ' digits before the point'
    END
