-- One row per hop, seller, buyer, vendor, currency, subscription and charge class, summed exactly,
-- in the order of the invoices and their lines.
WITH grouped AS (
    SELECT
        hop, seller_id, buyer_id, vendor, currency, subscription_id, charge_type_id,
        min(contract_id) AS contract_id,
        min(customer_id) AS customer_id,
        bool_or(is_usage) AS is_usage,
        count(*) AS line_count,
        count(origin) AS typed_count,
        min(charge_no) AS first_charge,
        sum(total_price) AS detail_total,
        min(minor.grain)::HUGEINT AS minor_grain,
        sum(quantity) AS quantity_sum,
        any_value(quantity_digits) AS quantity_digits,
        min(effective_unit_price) AS effective_min,
        max(effective_unit_price) AS effective_max,
        count(effective_unit_price) AS effective_count,
        any_value(effective_unit_price_digits) AS effective_digits,
        min(cost_effective_unit_price) AS cost_effective_min,
        max(cost_effective_unit_price) AS cost_effective_max,
        any_value(cost_effective_unit_price_digits) AS cost_effective_digits,
        min(charge_start_date) AS line_start, max(charge_start_date) AS line_start_max,
        count(charge_end_date) AS end_count,
        max(charge_end_date) AS line_end, min(charge_end_date) AS line_end_min,
        min(cycle_start) AS cycle_start, max(cycle_end) AS cycle_end,
        any_value(match_key) AS match_key,
        any_value(meter_name) AS meter_name,
        min(vendor_invoice_number) AS vendor_invoice_min, max(vendor_invoice_number) AS vendor_invoice_max,
        min(product_id) AS product_id,
        any_value(order_id) AS order_id, any_value(order_date) AS order_date,
        sum(cost_total_price) AS cost_detail_total,
        min(cost_currency) AS cost_currency_min, max(cost_currency) AS cost_currency_max,
        min(cost_exchange_rate) AS cost_rate_min, max(cost_exchange_rate) AS cost_rate_max
    FROM detail_line
    JOIN charge USING (charge_no)
    JOIN minor_grain AS minor USING (currency)
    GROUP BY hop, seller_id, buyer_id, vendor, currency, subscription_id, charge_type_id
)
SELECT grouped.*, invoice_no
FROM grouped
JOIN invoice_key USING (hop, seller_id, buyer_id, vendor, currency)
ORDER BY invoice_no, subscription_id, first_charge, charge_type_id
