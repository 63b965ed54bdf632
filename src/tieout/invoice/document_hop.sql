-- The one hop of a document made by hand.
SELECT DISTINCT
    1::BIGINT AS chain_no, hop, vendor, seller_id, buyer_id, contract_id, currency, invoice_order_id
FROM detail_line
