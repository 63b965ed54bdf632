-- For each invoice, those of the hop above that its lines come from; lines are joined by numbers.
WITH pair AS (
    SELECT DISTINCT below.known_no AS below_no, above.known_no AS above_no
    FROM known_line AS below
    JOIN known_line AS above ON above.charge_no = below.charge_no AND above.hop = below.hop - 1
)
SELECT below.invoice_id, above.invoice_id AS upstream_id
FROM pair
JOIN known_invoice AS below ON below.known_no = below_no
JOIN known_invoice AS above ON above.known_no = above_no
ORDER BY below.invoice_id, upstream_id
