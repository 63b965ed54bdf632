-- The lines behind each consolidated line that is credited whole, the amounts turned round. A credit
-- touches one hop: the seller's purchase stays as it is.
SELECT
    c.subscription_id, c.customer_id, c.file_id, c.row_number, c.match_key, c.vendor_invoice_number,
    c.vendor_invoice_row_id, c.customer_domain, c.product_id, c.sku_id, c.description, c.meter_name,
    c.order_id, c.order_date, c.charge_type, c.charge_kind, c.charge_type_id, c.is_usage,
    c.charge_start_date, c.charge_end_date, c.cycle_start, c.cycle_end, c.quantity, c.quantity_digits,
    c.origin,
    'c' || lpad(credited.line_no::VARCHAR, 9, '0') AS part,
    credited.row_id::VARCHAR AS credits_row_id,
    d.unit_price, d.unit_price_digits,
    -d.effective_unit_price AS effective_unit_price, d.effective_unit_price_digits,
    -d.total_price AS total_price, d.total_price_digits,
    d.rule_id, d.policy, d.discount_total, c.charge_no AS place
FROM credited_row AS credited
JOIN credited_charge AS c
    ON c.subscription_id = credited.subscription_id
    AND c.charge_type_id = credited.charge_type_id
    AND c.part IS NOT DISTINCT FROM credited.part
JOIN credited_detail AS d ON d.charge_no = c.charge_no
WHERE credited.is_whole
