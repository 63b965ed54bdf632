-- The lines that are credited whole, at the prices that a run of their month would give now.
SELECT
    c.subscription_id, c.customer_id, c.file_id, c.row_number, taken.match_key, c.vendor_invoice_number,
    c.vendor_invoice_row_id, c.customer_domain, c.product_id, c.sku_id, c.description, c.meter_name,
    c.order_id, c.order_date, c.charge_type, c.charge_kind, c.charge_type_id, c.is_usage,
    c.charge_start_date, c.charge_end_date, c.cycle_start, c.cycle_end, c.quantity, c.quantity_digits,
    NULL::VARCHAR AS origin, 'r' AS part, NULL::VARCHAR AS credits_row_id,
    d.unit_price, d.unit_price_digits, d.effective_unit_price, d.effective_unit_price_digits,
    d.total_price, d.total_price_digits, d.rule_id, d.policy, d.discount_total, c.charge_no AS place
FROM reversed_line AS taken
JOIN rated_charge AS c ON c.file_id = taken.file_id AND c.row_number = taken.row_number
JOIN rated_line AS d
    ON d.charge_no = c.charge_no AND d.hop = getvariable('hop')
    AND d.seller_id = getvariable('seller_id') AND d.buyer_id = getvariable('buyer_id')
    AND d.currency = getvariable('currency') AND d.vendor = getvariable('vendor_id')
WHERE taken.origin IS NULL
UNION ALL
-- what a person typed has no rule: it is billed anew as it was
SELECT * REPLACE (
    'r' AS part, NULL::VARCHAR AS credits_row_id,
    -effective_unit_price AS effective_unit_price, -total_price AS total_price
)
FROM reversed_line
WHERE origin IS NOT NULL
