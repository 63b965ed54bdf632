-- Rows to nobody with a preferred currency.
SELECT
    *, NULL::VARCHAR AS preferred_currency, NULL::DECIMAL(38, 18) AS preferred_rate,
    NULL::BIGINT AS preferred_digits, NULL::DECIMAL(38, 18) AS preferred_unit_price,
    NULL::DECIMAL(38, 18) AS preferred_total_price,
    NULL::DECIMAL(38, 18) AS preferred_rounding_residual
FROM row_with_margin
