-- Which lines of a chain may meet a rule that asks for a list price: all of them, or those of some
-- products, SKUs and families. Other lines ask the price rules nothing about the list.
SELECT
    path.path_id,
    bool_or(rule.product_id IS NULL AND rule.sku_id IS NULL AND rule.product_family IS NULL) AS is_any,
    list(DISTINCT rule.product_id) FILTER (rule.product_id IS NOT NULL) AS products,
    list(DISTINCT rule.sku_id) FILTER (rule.product_id IS NULL AND rule.sku_id IS NOT NULL) AS skus,
    list(DISTINCT rule.product_family) FILTER (
        rule.product_id IS NULL AND rule.sku_id IS NULL AND rule.product_family IS NOT NULL
    ) AS families
FROM (SELECT path_id, unnest(hops).contract_id AS contract_id FROM contract_path) AS path
JOIN rule USING (contract_id)
WHERE rule.kind IN ('list', 'discount_on_list', 'gap_share')
GROUP BY path.path_id
