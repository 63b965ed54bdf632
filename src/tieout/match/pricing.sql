-- The different questions that lines ask the price rules: one row each, with a number.
SELECT row_number() OVER (ORDER BY path_id, our_subscription_id, product_id, sku_id, product_family, charge_type_id, rule_date) AS pricing_id, *
FROM (
    SELECT DISTINCT
        path_id, our_subscription_id, end_customer_id, product_id, sku_id, product_family,
        charge_type_id, rule_date
    FROM placed_line
    WHERE missing IS NULL
)
