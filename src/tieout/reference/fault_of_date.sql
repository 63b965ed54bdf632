-- Why a value is no calendar day from 0001-01-01 to 9999-12-31, or null.
CREATE OR REPLACE TEMP MACRO fault_of_date(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '[0-9]{4}-[0-9]{2}-[0-9]{2}')
            OR starts_with(value, '0000')
            OR TRY_CAST(value AS DATE) IS NULL
            THEN quoted(value) || ' is not a date (yyyy-mm-dd)'
    END
