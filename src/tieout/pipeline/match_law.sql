-- Lines and money of each file, and of what is said of them.
WITH filed AS (
    SELECT 'purchase' AS side, count(*) AS lines, coalesce(sum(amount), 0) AS amount
    FROM purchase_line
    UNION ALL
    SELECT 'sales', count(*), coalesce(sum(amount), 0)
    FROM sales_line
),
said AS (
    SELECT 'purchase' AS side, purchase_amount AS amount
    FROM link
    WHERE purchase_line_id IS NOT NULL
    UNION ALL
    SELECT 'sales', sales_amount
    FROM link
    WHERE sales_line_id IS NOT NULL
    UNION ALL
    SELECT side, amount
    FROM left_over
)
SELECT
    filed.side, filed.lines, filed.amount,
    count(said.side) AS lines_said,
    coalesce(sum(said.amount), 0) AS amount_said
FROM filed LEFT JOIN said USING (side)
GROUP BY filed.side, filed.lines, filed.amount
ORDER BY filed.side
