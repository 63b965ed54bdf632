-- The charges that a person typed for a custom invoice or a debit memo, none ever merged.
SELECT
    subscription_id, customer_id, 'typed' AS file_id, line_no AS row_number,
    'ml_' || left(sha256(concat_ws(chr(31), getvariable('invoice_id'), line_no)), 24) AS match_key,
    NULL::VARCHAR AS vendor_invoice_number, NULL::VARCHAR AS vendor_invoice_row_id,
    NULL::VARCHAR AS customer_domain, NULL::VARCHAR AS product_id, NULL::VARCHAR AS sku_id,
    details AS description, NULL::VARCHAR AS meter_name, NULL::VARCHAR AS order_id,
    NULL::DATE AS order_date, 'UserCorrection' AS charge_type, 'fee' AS charge_kind,
    7::INT AS charge_type_id, FALSE AS is_usage,
    charge_start_date::DATE AS charge_start_date, charge_end_date::DATE AS charge_end_date,
    charge_start_date::DATE AS cycle_start, charge_end_date::DATE AS cycle_end,
    quantity::DECIMAL(38, 18) AS quantity, length(split_part(quantity, '.', 2))::UTINYINT AS quantity_digits,
    'custom' AS origin, lpad(line_no::VARCHAR, 9, '0') AS part, NULL::VARCHAR AS credits_row_id,
    unit_price::DECIMAL(38, 18) AS unit_price, length(split_part(unit_price, '.', 2))::UTINYINT AS unit_price_digits,
    unit_price::DECIMAL(38, 18) AS effective_unit_price,
    length(split_part(unit_price, '.', 2))::UTINYINT AS effective_unit_price_digits,
    total_price::DECIMAL(38, 18) AS total_price, total_price_digits::UTINYINT AS total_price_digits,
    NULL::VARCHAR AS rule_id, 'typed' AS policy, NULL::DECIMAL(38, 18) AS discount_total,
    line_no AS place
FROM custom_charge
