-- Lines and amount of each file, and how many of its lines are linked and left over.
SELECT
    filed.side,
    coalesce(sum(report.lines), 0)::BIGINT AS lines,
    amount_text(coalesce(sum(report.amount), 0)::DECIMAL(38, 18), getvariable('minor_digits'))
        AS amount,
    coalesce(sum(report.lines) FILTER (tier IS NOT NULL), 0)::BIGINT AS linked,
    coalesce(sum(report.lines) FILTER (tier IS NULL), 0)::BIGINT AS "leftOver"
FROM (VALUES ('purchase'), ('sales')) AS filed (side)
LEFT JOIN match_report AS report USING (side)
GROUP BY filed.side
ORDER BY filed.side
