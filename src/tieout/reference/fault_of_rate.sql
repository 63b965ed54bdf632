-- Why a value is no exchange rate, or null.
CREATE OR REPLACE TEMP MACRO fault_of_rate(value) AS
    CASE
        WHEN fault_of_amount(value, 24) IS NOT NULL THEN fault_of_amount(value, 24)
        WHEN starts_with(value, '-') OR NOT regexp_matches(value, '[1-9]')
            THEN quoted(value) || ' is not above 0'
    END
