-- Price rules of one contract and one scope that are in force on the same day.
WITH span AS (
    SELECT *, open_end(valid_to) AS end_day
    FROM now_price_rules
    WHERE valid_from < open_end(valid_to)
        AND contract_id IS NOT NULL
        AND rule_id IS NOT NULL
),

followed AS (
    SELECT
        *,
        max_by({'row': "row", 'rule_id': rule_id, 'end_day': end_day}, end_day) OVER (
            PARTITION BY
                contract_id, customer_id, subscription_id, product_id, sku_id, product_family,
                charge_class
            ORDER BY valid_from, rule_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier
    FROM span
)

SELECT
    'price_rules.csv' AS file, greatest("row", earlier."row") AS "row", 'rule_id' AS "column",
    'ranks equal to rule '
    || quoted(
        CASE WHEN "row" IS NULL OR "row" < earlier."row" THEN rule_id ELSE earlier.rule_id END
    )
    || ' on ' || valid_from AS reason
FROM followed
WHERE valid_from < earlier.end_day AND rule_id <> earlier.rule_id
