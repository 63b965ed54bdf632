-- Links and their amounts on both sides by tier and status; a group counts as one link.
SELECT
    tier, status,
    count(DISTINCT match_group_id) FILTER (status = 'group')
        + count(*) FILTER (status <> 'group') AS links,
    count(purchase_line_id) AS "purchaseLines",
    amount_text(coalesce(sum(purchase_amount), 0)::DECIMAL(38, 18), getvariable('minor_digits'))
        AS "purchaseAmount",
    count(sales_line_id) AS "salesLines",
    amount_text(coalesce(sum(sales_amount), 0)::DECIMAL(38, 18), getvariable('minor_digits'))
        AS "salesAmount"
FROM link
GROUP BY tier, status
ORDER BY tier, status
