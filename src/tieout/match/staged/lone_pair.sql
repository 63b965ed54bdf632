-- Lines of a key that have only each other in an overlapping period. Lines of one period are
-- counted, not paired one by one. Taking such a pair away leaves every other line its candidates,
-- so a second round would find nothing (decision 0015).
WITH span AS (
    SELECT side, tier_key, start_date, end_date, count(*) AS lines, min(line_no) AS line_no
    FROM keyed_line
    GROUP BY side, tier_key, start_date, end_date
),
candidate AS (
    SELECT
        bought.line_no AS purchase_no,
        sold.line_no AS sales_no,
        sum(sold.lines) OVER (PARTITION BY bought.line_no) AS sales,
        sum(bought.lines) OVER (PARTITION BY sold.line_no) AS purchases
    FROM (SELECT * FROM span WHERE side = 'purchase') AS bought
    INNER JOIN (SELECT * FROM span WHERE side = 'sales') AS sold
        ON bought.tier_key = sold.tier_key
        AND bought.start_date <= sold.end_date
        AND sold.start_date <= bought.end_date
)
SELECT unnest([purchase_no, sales_no]) AS line_no, 'matched' AS status, purchase_no AS match_no
FROM candidate
WHERE purchases = 1 AND sales = 1
