-- What the charges of one chain, subscription and charge class have in common at every hop; and
-- whether no other chain has charges of that subscription and class.
WITH held AS (
    SELECT
        set_no,
        any_value(chain_no) AS chain_no,
        any_value(subscription_id) AS subscription_id,
        any_value(charge_type_id) AS charge_type_id,
        min(customer_id) AS customer_id,
        bool_or(is_usage) AS is_usage,
        count(origin) AS typed_count,
        min(charge_no) AS first_charge,
        sum(quantity) AS quantity_sum,
        any_value(quantity_digits) AS quantity_digits,
        min(charge_start_date) AS line_start, max(charge_start_date) AS line_start_max,
        count(charge_end_date) AS end_count,
        max(charge_end_date) AS line_end, min(charge_end_date) AS line_end_min,
        min(cycle_start) AS cycle_start, max(cycle_end) AS cycle_end,
        any_value(match_key) AS match_key,
        any_value(meter_name) AS meter_name,
        min(vendor_invoice_number) AS vendor_invoice_min, max(vendor_invoice_number) AS vendor_invoice_max,
        min(product_id) AS product_id,
        any_value(order_id) AS order_id, any_value(order_date) AS order_date
    FROM placed_charge
    GROUP BY set_no
),
shared AS (
    SELECT subscription_id, charge_type_id
    FROM held
    GROUP BY subscription_id, charge_type_id
    HAVING count(*) > 1
)
SELECT *, (subscription_id, charge_type_id) NOT IN (SELECT (subscription_id, charge_type_id) FROM shared) AS is_alone
FROM held
