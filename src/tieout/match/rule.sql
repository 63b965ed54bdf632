-- Price rules with their scope's rank (reference-data.md 1) and their factor as a fraction.
WITH typed AS (
    SELECT
        *,
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
        END * 2 + (charge_class IS NULL)::INT AS rank,
        list_position(
            ['purchasefee', 'cyclefee', 'correction', 'usagefee', 'onetimefee', 'itemfee'],
            lower(charge_class)
        ) AS class_id,
        units(coalesce(value::DECIMAL(38, 18), 0)) // 1000000 AS percent
    FROM price_rules
),
counted AS (
    SELECT
        *,
        CASE kind
            WHEN 'markup' THEN 100000000000000::HUGEINT + percent
            WHEN 'margin' THEN 100000000000000::HUGEINT
            WHEN 'discount_on_list' THEN 100000000000000::HUGEINT - percent
            WHEN 'gap_share' THEN percent
            ELSE 1::HUGEINT
        END AS up,
        CASE kind
            WHEN 'markup' THEN 100000000000000::HUGEINT
            WHEN 'margin' THEN 100000000000000::HUGEINT - percent
            WHEN 'discount_on_list' THEN 100000000000000::HUGEINT
            WHEN 'gap_share' THEN 100000000000000::HUGEINT
            ELSE 1::HUGEINT
        END AS down
    FROM typed
)
SELECT
    * EXCLUDE (up, down, valid_from, valid_to),
    up // greatest(gcd(up, down), 1) AS rule_up,
    down // greatest(gcd(up, down), 1) AS rule_down,
    valid_from::DATE AS valid_from,
    coalesce(valid_to::DATE, DATE '9999-12-31') AS valid_to
FROM counted
