-- The lines of a document made by hand, charge and detail line in one row, numbered in order. Nothing
-- is bought for them.
SELECT
    row_number() OVER (ORDER BY subscription_id, part, place) AS charge_no,
    made.* EXCLUDE (place),
    getvariable('hop')::INT AS hop, getvariable('seller_id') AS seller_id,
    getvariable('buyer_id') AS buyer_id, getvariable('contract_id') AS contract_id,
    getvariable('currency') AS currency, getvariable('vendor_id') AS vendor,
    0::DECIMAL(38, 18) AS cost_unit_price,
    0::DECIMAL(38, 18) AS cost_effective_unit_price, NULL::UTINYINT AS cost_effective_unit_price_digits,
    0::DECIMAL(38, 18) AS cost_total_price, NULL::UTINYINT AS cost_total_price_digits,
    getvariable('currency') AS cost_currency, 1::DECIMAL(38, 18) AS cost_exchange_rate,
    NULL::VARCHAR AS line_uid, getvariable('order_id')::VARCHAR AS invoice_order_id
FROM made_line AS made
ORDER BY charge_no
