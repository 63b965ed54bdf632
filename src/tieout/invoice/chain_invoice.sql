-- Which invoice each chain's lines are on, at each hop.
SELECT chain.chain_no, chain.hop, chain.contract_id, key.invoice_no
FROM chain_hop AS chain
JOIN invoice_key AS key
    ON key.hop = chain.hop AND key.seller_id = chain.seller_id AND key.buyer_id = chain.buyer_id
    AND key.vendor = chain.vendor AND key.currency = chain.currency
    AND key.invoice_order_id IS NOT DISTINCT FROM chain.invoice_order_id
