-- The invoices of a period and their ids: one per hop, parties, vendor and currency, and per order
-- where the order has an invoice of its own.
WITH named AS (
    SELECT
        *,
        uuid5(
            unhex(replace(getvariable('invoice_namespace'), '-', '')),
            concat_ws(chr(31), hop, seller_id, buyer_id, vendor, currency, getvariable('period'), invoice_order_id)
        )::VARCHAR AS invoice_id
    FROM (SELECT DISTINCT hop, seller_id, buyer_id, vendor, currency, invoice_order_id FROM chain_hop)
)
SELECT
    *,
    unhex(replace(invoice_id, '-', '')) AS invoice_bytes,
    row_number() OVER (
        ORDER BY hop, seller_id, buyer_id, vendor, currency, invoice_order_id NULLS FIRST
    )::INT AS invoice_no
FROM named
