-- One row per invoice of a hop, subscription and charge class, summed exactly, in the order of the
-- invoices and their lines. Sets of several chains that meet on one invoice are joined.
WITH part AS (
    SELECT invoice_no, contract_id, charge_set.* EXCLUDE (chain_no), set_sum.* EXCLUDE (set_no)
    FROM set_sum
    JOIN charge_set USING (set_no)
    JOIN chain_invoice USING (chain_no)
    WHERE chain_invoice.hop = getvariable('hop')
)
SELECT * EXCLUDE (set_no, is_alone) FROM part WHERE is_alone
UNION ALL BY NAME
SELECT
    invoice_no, subscription_id, charge_type_id,
    min(contract_id) AS contract_id,
    min(customer_id) AS customer_id,
    bool_or(is_usage) AS is_usage,
    sum(line_count)::BIGINT AS line_count,
    sum(typed_count)::BIGINT AS typed_count,
    min(first_charge) AS first_charge,
    sum(detail_total) AS detail_total,
    sum(quantity_sum) AS quantity_sum,
    any_value(quantity_digits) AS quantity_digits,
    min(effective_min) AS effective_min, max(effective_max) AS effective_max,
    sum(effective_count)::BIGINT AS effective_count, any_value(effective_digits) AS effective_digits,
    min(cost_effective_min) AS cost_effective_min, max(cost_effective_max) AS cost_effective_max,
    any_value(cost_effective_digits) AS cost_effective_digits,
    min(line_start) AS line_start, max(line_start_max) AS line_start_max,
    sum(end_count)::BIGINT AS end_count,
    max(line_end) AS line_end, min(line_end_min) AS line_end_min,
    min(cycle_start) AS cycle_start, max(cycle_end) AS cycle_end,
    any_value(match_key) AS match_key, any_value(meter_name) AS meter_name,
    min(vendor_invoice_min) AS vendor_invoice_min, max(vendor_invoice_max) AS vendor_invoice_max,
    min(product_id) AS product_id,
    any_value(order_id) AS order_id, any_value(order_date) AS order_date,
    sum(cost_detail_total) AS cost_detail_total,
    min(cost_currency_min) AS cost_currency_min, max(cost_currency_max) AS cost_currency_max,
    min(cost_rate_min) AS cost_rate_min, max(cost_rate_max) AS cost_rate_max
FROM part
WHERE NOT is_alone
GROUP BY invoice_no, subscription_id, charge_type_id
ORDER BY invoice_no, subscription_id, first_charge, charge_type_id
