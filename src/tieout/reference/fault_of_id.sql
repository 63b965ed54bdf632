-- Why a value is no id, or null.
CREATE OR REPLACE TEMP MACRO fault_of_id(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '[A-Za-z0-9_.:-]{1,64}')
            THEN quoted(value) || ' is not an id (1 to 64 letters, digits, - _ . :)'
    END
