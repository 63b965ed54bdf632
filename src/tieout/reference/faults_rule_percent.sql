-- Percentages of price rules that are too fine or outside the range of their kind.
WITH percentage AS (
    SELECT "row", kind, value, CAST(value AS DECIMAL(38, 18)) AS percent
    FROM now_price_rules
    WHERE kind IN ('markup', 'margin', 'discount_on_list', 'gap_share') AND value IS NOT NULL
)

SELECT
    'price_rules.csv' AS file, "row", 'value' AS "column",
    quoted(value)
    || CASE
        WHEN length(split_part(value, '.', 2)) > 12 THEN ' has more than 12 decimals'
        WHEN abs(percent) >= 1000000 THEN ' is not between -1000000 and 1000000 percent'
        WHEN kind = 'margin' AND percent >= 100 THEN ' is not a margin below 100 percent'
        WHEN kind IN ('discount_on_list', 'gap_share') AND percent NOT BETWEEN 0 AND 100
            THEN ' is not between 0 and 100 percent'
    END AS reason
FROM percentage
WHERE reason IS NOT NULL
