-- Price rules of one contract and equal rank whose scopes differ, that one line can fit on one day:
-- what both name is the same, and one names more, as a SKU of a product and that SKU of any product.
-- A `mask` says which columns a scope names. Rules that were loaded before are not told again.
WITH ranked AS (
    SELECT
        "row", rule_id, contract_id, valid_from, open_end(valid_to) AS end_day, coalesce(charge_class, '') AS class,
        [subscription_id, customer_id, sku_id, product_id, product_family] AS scope,
        (subscription_id IS NOT NULL)::INT * 16 + (customer_id IS NOT NULL)::INT * 8
        + (sku_id IS NOT NULL)::INT * 4 + (product_id IS NOT NULL)::INT * 2
        + (product_family IS NOT NULL)::INT AS mask,
        CASE
            WHEN subscription_id IS NOT NULL THEN 1
            WHEN customer_id IS NOT NULL AND sku_id IS NOT NULL THEN 2
            WHEN customer_id IS NOT NULL AND product_id IS NOT NULL THEN 3
            WHEN customer_id IS NOT NULL AND product_family IS NOT NULL THEN 4
            WHEN customer_id IS NOT NULL THEN 5
            WHEN sku_id IS NOT NULL THEN 6
            WHEN product_id IS NOT NULL THEN 7
            WHEN product_family IS NOT NULL THEN 8
            ELSE 9
        END AS rank
    FROM now_price_rules
    WHERE valid_from < open_end(valid_to) AND contract_id IS NOT NULL AND rule_id IS NOT NULL
),

met AS (
    SELECT DISTINCT one.contract_id, one.rank, one.class, one.mask, other.mask AS other_mask
    FROM (SELECT DISTINCT contract_id, rank, class, mask FROM ranked) AS one
    JOIN (SELECT DISTINCT contract_id, rank, class, mask FROM ranked) AS other
        ON other.contract_id = one.contract_id AND other.rank = one.rank AND other.class = one.class
    WHERE other.mask <> one.mask
),

keyed AS (
    SELECT
        ranked.*,
        met.other_mask,
        list_transform(scope, lambda value, place: CASE
            WHEN (ranked.mask & met.other_mask) & (32 >> place)::INT > 0 THEN value
        END) AS shared
    FROM ranked
    JOIN met USING (contract_id, rank, class, mask)
)

SELECT
    'price_rules.csv' AS file, greatest(one."row", other."row") AS "row", 'rule_id' AS "column",
    'ranks equal to rule '
    || quoted(CASE WHEN one."row" IS NULL OR one."row" < other."row" THEN one.rule_id ELSE other.rule_id END)
    || ' on ' || greatest(one.valid_from, other.valid_from) || ', and a line can fit both' AS reason
FROM keyed AS one
JOIN keyed AS other
    ON other.contract_id = one.contract_id
    AND other.rank = one.rank
    AND other.class = one.class
    AND other.mask = one.other_mask
    AND other.other_mask = one.mask
    AND other.shared = one.shared
WHERE one.mask < other.mask
    AND one.valid_from < other.end_day
    AND other.valid_from < one.end_day
    AND coalesce(one."row", other."row") IS NOT NULL
