-- For each invoice, those of the hop above that its lines come from.
WITH numbered AS (
    SELECT detail_line.charge_no, hop, invoice_id
    FROM detail_line
    JOIN known_invoice USING (hop, seller_id, buyer_id, vendor, currency)
)
SELECT DISTINCT below.invoice_id, above.invoice_id AS upstream_id
FROM numbered AS below
JOIN numbered AS above ON above.charge_no = below.charge_no AND above.hop = below.hop - 1
ORDER BY below.invoice_id, upstream_id
