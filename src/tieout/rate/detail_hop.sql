-- The detail lines of one hop, narrow, in the order of the chain.
SELECT
    getvariable('hop')::INT AS hop,
    price.seller_id, price.buyer_id, price.contract_id, price.currency,
    rated.vendor, rated.subscription_id, rated.customer_id, rated.file_id, rated.row_number,
    rated.match_key, rated.vendor_invoice_number, rated.vendor_invoice_row_id,
    rated.customer_domain, rated.product_id, rated.sku_id, rated.description, rated.meter_name,
    rated.order_id, rated.order_date, rated.charge_type, rated.charge_kind, rated.charge_type_id,
    rated.is_usage, rated.charge_start_date, rated.charge_end_date, rated.cycle_start,
    rated.cycle_end, rated.quantity, rated.quantity_digits,
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
FROM rated
JOIN hop_price AS price ON price.pricing_id = rated.pricing_id AND price.hop = getvariable('hop')
