-- The detail lines of one hop, narrow, in the order of the chain.
SELECT
    getvariable('hop')::INT AS hop,
    price.seller_id, price.buyer_id, price.contract_id, price.currency,
    line.vendor, line.subscription_id, line.customer_id, file.file_id, line.row_number,
    line.match_key, line.vendor_invoice_number, line.vendor_invoice_row_id,
    line.customer_domain, line.product_id, line.sku_id, line.description, line.meter_name,
    line.order_id, line.order_date, line.charge_type, line.charge_kind, line.charge_type_id,
    line.is_usage, line.charge_start_date, line.charge_end_date, line.cycle_start,
    line.cycle_end, line.quantity, line.quantity_digits,
    amount(rated.unit) AS unit_price, rated.unit_digits AS unit_price_digits,
    amount(rated.effective) AS effective_unit_price,
    rated.effective_digits AS effective_unit_price_digits,
    amount(rated.total) AS total_price, rated.total_digits AS total_price_digits,
    price.rule_id,
    rated.line_policy AS policy,
    amount(rated.cost_unit) AS cost_unit_price,
    amount(rated.cost_effective) AS cost_effective_unit_price,
    rated.cost_effective_digits AS cost_effective_unit_price_digits,
    amount(rated.cost_total) AS cost_total_price,
    rated.cost_total_digits AS cost_total_price_digits,
    CASE WHEN getvariable('hop') > 1 THEN price.cost_currency END AS cost_currency,
    CASE WHEN getvariable('hop') > 1 AND price.is_rate_known
        THEN amount(price.rate_up * 1000000000000000000 // price.rate_down)
    END AS cost_exchange_rate
FROM matched_line AS line
JOIN rated ON rated.line_no = line.rowid
JOIN taken_file AS file ON file.file_no = line.file_no
JOIN hop_price AS price ON price.pricing_id = rated.pricing_id AND price.hop = getvariable('hop')
