-- A DECIMAL(38,18) as plain text with at least `digits` decimals, more only where it has more.
CREATE OR REPLACE TEMP MACRO amount_text(value, digits) AS left(
    value::VARCHAR,
    length(value::VARCHAR) - 18 + CASE
        WHEN greatest(digits, length(rtrim(value::VARCHAR, '0')) - length(value::VARCHAR) + 18) > 0
            THEN greatest(digits, length(rtrim(value::VARCHAR, '0')) - length(value::VARCHAR) + 18)
        ELSE -1
    END
)
