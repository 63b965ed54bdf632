-- Lines and amounts by side, status, tier and reason; every line of both files counts once.
WITH said AS (
    SELECT line.side, tied.status, tied.tier, NULL AS reason, line.amount
    FROM tied_line AS tied
    INNER JOIN staged_line AS line USING (line_no)
    UNION ALL
    SELECT side, status, NULL AS tier, reason, amount
    FROM left_over
)
SELECT
    side, status, tier, reason,
    count(*) AS lines,
    sum(amount)::DECIMAL(38, 18) AS amount
FROM said
GROUP BY side, status, tier, reason
ORDER BY side, tier NULLS LAST, status, reason
