-- Why a value is no whole number from 0, or null.
CREATE OR REPLACE TEMP MACRO fault_of_integer(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '[0-9]{1,18}')
            THEN quoted(value) || ' is not a whole number of up to 18 digits'
    END
