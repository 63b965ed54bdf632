-- For each invoice, those of the hop above that its lines come from.
SELECT DISTINCT below.invoice_id, above.invoice_id AS upstream_id
FROM known_line AS below
JOIN known_line AS above ON above.charge_no = below.charge_no AND above.hop = below.hop - 1
ORDER BY below.invoice_id, upstream_id
