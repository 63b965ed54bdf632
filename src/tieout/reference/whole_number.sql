-- A whole number without leading zeros; other text as it is.
CREATE OR REPLACE TEMP MACRO whole_number(value) AS
    CASE
        WHEN regexp_full_match(value, '[0-9]{1,18}') THEN CAST(CAST(value AS BIGINT) AS VARCHAR)
        ELSE value
    END
