-- A document made by hand has one seller, buyer, vendor and currency, and an id of its own.
SELECT DISTINCT
    hop, seller_id, buyer_id, vendor, currency, invoice_order_id,
    getvariable('invoice_id') AS invoice_id,
    unhex(replace(getvariable('invoice_id'), '-', '')) AS invoice_bytes,
    1::INT AS invoice_no
FROM detail_line
