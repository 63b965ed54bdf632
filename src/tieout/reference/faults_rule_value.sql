-- Price rules without the value or currency that their kind needs, or with one it cannot use.
SELECT
    'price_rules.csv' AS file, "row", 'value' AS "column",
    'a ' || kind || ' rule needs a value' AS reason
FROM now_price_rules
WHERE kind IN ('fixed', 'markup', 'margin', 'discount_on_list', 'gap_share') AND value IS NULL
UNION ALL
SELECT 'price_rules.csv', "row", 'value', 'a ' || kind || ' rule takes no value'
FROM now_price_rules
WHERE kind IN ('list', 'pass_through') AND value IS NOT NULL
UNION ALL
SELECT 'price_rules.csv', "row", 'currency', 'a fixed rule needs a currency'
FROM now_price_rules
WHERE kind = 'fixed' AND currency IS NULL
