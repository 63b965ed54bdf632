-- The charges that the requester bought in issued documents outside the range.
SELECT d.run_id, d.charge_no
FROM run_detail_line AS d
SEMI JOIN elsewhere ON d.run_id = elsewhere.run_id
    AND d.hop = elsewhere.hop
    AND d.seller_id = elsewhere.seller_id
    AND d.buyer_id = elsewhere.buyer_id
    AND d.vendor = elsewhere.vendor_id
    AND d.currency = elsewhere.currency
    AND d.invoice_order_id IS NOT DISTINCT FROM elsewhere.order_id
