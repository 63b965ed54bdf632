-- The lines that persons typed onto drafts as charges of their own, numbered after the vendor's: all
-- but the amount is copied from the line that each corrects.
SELECT
    coalesce((SELECT max(charge_no) FROM vendor_charge), 0) + row_number() OVER (ORDER BY line_id) AS charge_no,
    subscription_id, customer_id, 'typed' AS file_id, line_id AS row_number,
    'ml_' || left(sha256(concat_ws(chr(31), invoice_id, line_id)), 24) AS match_key,
    vendor_invoice_number, NULL::VARCHAR AS vendor_invoice_row_id, customer_domain, product_id, sku_id,
    description, NULL::VARCHAR AS meter_name, order_id, order_date::DATE AS order_date,
    charge_type, 'other' AS charge_kind, 3::INT AS charge_type_id, FALSE AS is_usage,
    charge_start_date::DATE AS charge_start_date, charge_end_date::DATE AS charge_end_date,
    cycle_start::DATE AS cycle_start, cycle_end::DATE AS cycle_end,
    1::DECIMAL(38, 18) AS quantity, 0::UTINYINT AS quantity_digits,
    'manual' AS origin, NULL::VARCHAR AS part, NULL::VARCHAR AS credits_row_id,
    -line_id AS chain_no, -line_id AS set_no
FROM manual_line
ORDER BY line_id
