-- The charges that are on the invoice of their order, at the hops where it has one.
SELECT matched.rowid + 1 AS charge_no, chain.hop, chain.invoice_order_id
FROM matched_line AS matched
JOIN chain_hop AS chain USING (chain_no)
WHERE chain.invoice_order_id IS NOT NULL
