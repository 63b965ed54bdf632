-- Which invoice each chain's lines are on, at each hop.
SELECT chain_no, hop, contract_id, invoice_no
FROM chain_hop
JOIN invoice_key USING (hop, seller_id, buyer_id, vendor, currency)
