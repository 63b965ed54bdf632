-- Why a value is none of the currency codes, or null.
CREATE OR REPLACE TEMP MACRO fault_of_currency(value, codes) AS
    CASE
        WHEN NOT list_contains(codes, value)
            THEN quoted(value) || ' is not an ISO 4217 currency with a minor unit'
    END
