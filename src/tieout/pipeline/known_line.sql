-- The detail lines of a run, each with the invoice that it is on.
SELECT line.*, known.invoice_id, known.known_no
FROM detail_line AS line
JOIN known_invoice AS known
    ON known.hop = line.hop AND known.seller_id = line.seller_id AND known.buyer_id = line.buyer_id
    AND known.vendor = line.vendor AND known.currency = line.currency
    AND known.order_id IS NOT DISTINCT FROM line.invoice_order_id
