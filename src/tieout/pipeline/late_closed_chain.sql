-- The chains with a verified invoice of the month: its first hop and that hop's contract.
SELECT chain_no, min(hop) AS hop, arg_min(contract_id, hop) AS contract_id
FROM (SELECT *, coalesce(invoice_order_id, '') AS order_said FROM chain_hop)
SEMI JOIN closed_invoice USING (hop, seller_id, buyer_id, vendor, currency, order_said)
GROUP BY chain_no
