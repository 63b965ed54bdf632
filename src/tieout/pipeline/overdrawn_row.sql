-- Lines that a credited line took back, directly or not, of which more than all or less than nothing
-- would stand after the credit.
WITH RECURSIVE above AS (
    SELECT credits_row_id AS row_id, credit_amount FROM credited_row WHERE credits_row_id IS NOT NULL
    UNION ALL
    SELECT line.credits_row_id, above.credit_amount
    FROM above
    JOIN family_line AS line USING (row_id)
    WHERE line.credits_row_id IS NOT NULL
),
moved AS (
    SELECT row_id, sum(credit_amount) AS credit_amount FROM above GROUP BY row_id
)
SELECT row_id, shortest(left_over) AS left_over
FROM moved
JOIN standing_row AS line USING (row_id)
WHERE (line.left_over + moved.credit_amount) * sign(line.total_price)::INT < 0
    OR abs(line.left_over + moved.credit_amount) > abs(line.total_price)
ORDER BY row_id
