-- What is wrong with a line as a whole, or with lines beside each other.
WITH numbered AS (
    SELECT
        *,
        min("row") OVER (PARTITION BY side, invoice_id, line_id, line_seq) AS first_row,
        first_value(currency) OVER (ORDER BY side, "row") AS first_currency
    FROM typed_line
)
SELECT side, "row", 'line_id' AS "column", 'this line stands in row ' || first_row || ' already' AS reason
FROM numbered WHERE "row" > first_row
UNION ALL
SELECT side, "row", 'subscription_id', 'a subscription or a customer is required'
FROM numbered WHERE subscription_id IS NULL AND customer_id IS NULL
UNION ALL
SELECT side, "row", 'plan_rate_id', 'a line has a rate period or a plan rate, not both'
FROM numbered WHERE rate_period_id IS NOT NULL AND plan_rate_id IS NOT NULL
UNION ALL
SELECT side, "row", 'end_date', 'is before the start date'
FROM numbered WHERE end_date < start_date
UNION ALL
SELECT side, "row", 'direction', 'is ' || direction || ', the amount has the other sign'
FROM numbered WHERE amount * direction < 0
UNION ALL
SELECT side, "row", 'currency', 'is ' || currency || ', the first line has ' || first_currency
FROM numbered WHERE currency <> first_currency
