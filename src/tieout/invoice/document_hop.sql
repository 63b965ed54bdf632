-- The one hop of a document made by hand.
SELECT DISTINCT 1::BIGINT AS chain_no, hop, vendor, seller_id, buyer_id, contract_id, currency
FROM detail_line
