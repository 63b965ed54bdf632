-- Every detail line but usage as a row of its own (reporting-api.md 6.2.1).
SELECT
    d.ordinal, d.invoice_id, d.snapshot_id, d.contract_id,
    CASE WHEN d.origin = 'manual' THEN 3 ELSE 1 END AS phase, d.part, d.file_id, d.row_number,
    sha1(d.invoice_bytes || encode(concat_ws(chr(31), 'detail', d.match_key, d.part))) AS row_hash,
    parent.row_id AS parent_row_id,
    coalesce(d.origin, 'detail') AS row_kind,
    CASE WHEN d.origin IS NULL THEN d.match_key END AS match_key, d.subscription_id, d.product_id,
    d.vendor_invoice_row_id, d.customer_domain,
    d.charge_type, d.charge_type_id, d.charge_start_date, d.charge_end_date,
    d.quantity, d.quantity_digits,
    coalesce(d.unit_price, d.effective_unit_price, d.total_price) AS unit_price,
    CASE WHEN d.unit_price IS NOT NULL THEN d.unit_price_digits END AS unit_price_digits,
    d.effective_unit_price, d.effective_unit_price_digits, d.total_price, d.total_price_digits,
    d.cost_unit_price, d.cost_unit_price_digits,
    d.cost_total_price, d.cost_total_price_digits, d.cost_currency, d.cost_exchange_rate,
    d.vendor_invoice_number, d.order_id, d.order_date, d.meter_name,
    CASE WHEN d.origin IS NULL THEN 1 ELSE 0 END AS source_line_count,
    CASE WHEN d.origin = 'custom' THEN d.description END AS custom_charge_details, d.credits_row_id,
    parent.adjusts_invoice_id
FROM seen_detail AS d
LEFT JOIN seen_line AS parent
    ON d.invoice_id = parent.invoice_id
    AND d.subscription_id = parent.subscription_id
    AND d.charge_type_id = parent.charge_type_id
    AND d.part IS NOT DISTINCT FROM parent.part
WHERE NOT d.is_usage
