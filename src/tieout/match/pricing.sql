-- The different questions that lines ask the price rules: one row each, with a number.
WITH asked AS (
    SELECT DISTINCT
        path_id, era, asked_subscription_id, asked_product_id, asked_sku_id, asked_product_family,
        asked_class_id, asked_list
    FROM placed_line
    JOIN rule_era USING (rule_date)
    WHERE missing IS NULL
)
SELECT
    row_number() OVER (
        ORDER BY
            path_id, era, asked_subscription_id, asked_product_id, asked_sku_id, asked_product_family,
            asked_class_id, asked_list
    ) AS pricing_id,
    *
FROM asked
