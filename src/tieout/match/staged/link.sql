-- What belongs together: one row per pair, one per member of a group.
WITH tied AS (
    SELECT
        line.side, line.invoice_id, line.line_id, line.line_seq, line.amount,
        tied.tier, tied.status, tied.match_no,
        CASE WHEN tied.status = 'group' THEN line.line_no ELSE tied.match_no END AS link_no
    FROM tied_line AS tied
    INNER JOIN staged_line AS line USING (line_no)
)
SELECT
    any_value(tier) AS tier,
    any_value(status) AS status,
    any_value(match_group_id) AS match_group_id,
    any_value(invoice_id) FILTER (side = 'purchase') AS purchase_invoice_id,
    any_value(line_id) FILTER (side = 'purchase') AS purchase_line_id,
    any_value(line_seq) FILTER (side = 'purchase') AS purchase_line_seq,
    any_value(amount) FILTER (side = 'purchase') AS purchase_amount,
    any_value(invoice_id) FILTER (side = 'sales') AS sales_invoice_id,
    any_value(line_id) FILTER (side = 'sales') AS sales_line_id,
    any_value(line_seq) FILTER (side = 'sales') AS sales_line_seq,
    any_value(amount) FILTER (side = 'sales') AS sales_amount
FROM tied
LEFT JOIN match_group USING (match_no)
GROUP BY match_no, link_no
ORDER BY tier, match_no, link_no
