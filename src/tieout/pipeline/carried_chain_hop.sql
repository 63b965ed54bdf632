-- The hops of the chains of late lines.
SELECT DISTINCT
    placed.chain_no, detail.hop, vendor, seller_id, buyer_id, contract_id, currency, invoice_order_id
FROM carried_placed_detail AS detail
JOIN carried_placed AS placed USING (charge_no)
