-- Why a value is no billing day, or null.
CREATE OR REPLACE TEMP MACRO fault_of_billing_day(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '[1-9]|1[0-9]|2[0-8]')
            THEN quoted(value) || ' is not a day from 1 to 28'
    END
