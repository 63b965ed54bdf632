-- A part of a consolidated line that is credited by amount: one line that a person typed.
SELECT
    subscription_id, customer_id, 'typed' AS file_id, line_no AS row_number,
    'ml_' || left(sha256(concat_ws(chr(31), getvariable('invoice_id'), row_id)), 24) AS match_key,
    vendor_invoice_number, NULL::VARCHAR AS vendor_invoice_row_id, NULL::VARCHAR AS customer_domain,
    product_id, NULL::VARCHAR AS sku_id, coalesce(details, 'Credit') AS description,
    NULL::VARCHAR AS meter_name, order_id, order_date,
    CASE WHEN origin = 'custom' THEN 'UserCorrection' ELSE 'Credits' END AS charge_type,
    'credit' AS charge_kind, charge_type_id, FALSE AS is_usage,
    charge_start_date, charge_end_date, charge_start_date AS cycle_start, charge_end_date AS cycle_end,
    1::DECIMAL(38, 18) AS quantity, 0::UTINYINT AS quantity_digits,
    coalesce(origin, 'manual') AS origin,
    'c' || lpad(line_no::VARCHAR, 9, '0') AS part, row_id::VARCHAR AS credits_row_id,
    credit_amount AS unit_price, NULL::UTINYINT AS unit_price_digits,
    credit_amount AS effective_unit_price, NULL::UTINYINT AS effective_unit_price_digits,
    credit_amount AS total_price, NULL::UTINYINT AS total_price_digits,
    NULL::VARCHAR AS rule_id, 'typed' AS policy, NULL::DECIMAL(38, 18) AS discount_total,
    line_no AS place
FROM credited_row
WHERE NOT is_whole
