-- Price rules of one contract and one rank that are in force on the same day and can both fit one
-- line: their scopes are the same, or one leaves open what the other says (reference-data.md 1).
WITH ranked AS (
    SELECT
        *,
        open_end(valid_to) AS end_day,
        coalesce(lower(charge_class), '') AS class,
        CASE
            WHEN subscription_id IS NOT NULL THEN 'subscription ' || subscription_id
            WHEN customer_id IS NOT NULL AND sku_id IS NOT NULL THEN concat_ws(' ', 'customer and sku', customer_id, sku_id)
            WHEN customer_id IS NOT NULL AND product_id IS NOT NULL
                THEN concat_ws(' ', 'customer and product', customer_id, product_id)
            WHEN customer_id IS NOT NULL AND product_family IS NOT NULL
                THEN concat_ws(' ', 'customer and family', customer_id, product_family)
            WHEN customer_id IS NOT NULL THEN 'customer ' || customer_id
            WHEN sku_id IS NOT NULL THEN 'sku ' || sku_id
            WHEN product_id IS NOT NULL THEN 'product ' || product_id
            WHEN product_family IS NOT NULL THEN 'family ' || product_family
            ELSE 'contract'
        END AS rank,
        concat(
            customer_id IS NULL, product_id IS NULL, sku_id IS NULL, product_family IS NULL
        ) AS open_keys
    FROM now_price_rules
    WHERE valid_from < open_end(valid_to)
        AND contract_id IS NOT NULL
        AND rule_id IS NOT NULL
),

followed AS (
    SELECT
        "row", rule_id, valid_from,
        max_by({'row': "row", 'rule_id': rule_id, 'end_day': end_day}, end_day) OVER (
            PARTITION BY
                contract_id, customer_id, subscription_id, product_id, sku_id, product_family, class
            ORDER BY valid_from, rule_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier
    FROM ranked
),

paired AS (
    SELECT
        "row", rule_id, earlier."row" AS other_row, earlier.rule_id AS other_id, valid_from AS day
    FROM followed
    WHERE valid_from < earlier.end_day AND rule_id <> earlier.rule_id
    UNION ALL
    SELECT one."row", one.rule_id, other."row", other.rule_id, greatest(one.valid_from, other.valid_from)
    FROM ranked AS one
    JOIN ranked AS other
        ON other.contract_id = one.contract_id
        AND other.rank = one.rank
        AND other.class = one.class
        AND other.open_keys > one.open_keys
    WHERE one.rule_id <> other.rule_id
        AND one.valid_from < other.end_day
        AND other.valid_from < one.end_day
        AND coalesce(one.customer_id = other.customer_id, TRUE)
        AND coalesce(one.product_id = other.product_id, TRUE)
        AND coalesce(one.sku_id = other.sku_id, TRUE)
        AND coalesce(one.product_family = other.product_family, TRUE)
)

SELECT
    'price_rules.csv' AS file, greatest("row", other_row) AS "row", 'rule_id' AS "column",
    'ranks equal to rule '
    || quoted(CASE WHEN "row" IS NULL OR "row" < other_row THEN rule_id ELSE other_id END)
    || ' on ' || day AS reason
FROM paired
