-- The invoices of a period and their ids: one per hop, parties, vendor and currency.
WITH named AS (
    SELECT
        *,
        uuid5(
            unhex(replace(getvariable('invoice_namespace'), '-', '')),
            concat_ws(chr(31), hop, seller_id, buyer_id, vendor, currency, getvariable('period'))
        )::VARCHAR AS invoice_id
    FROM (SELECT DISTINCT hop, seller_id, buyer_id, vendor, currency FROM chain_hop)
)
SELECT
    *,
    unhex(replace(invoice_id, '-', '')) AS invoice_bytes,
    row_number() OVER (ORDER BY hop, seller_id, buyer_id, vendor, currency)::INT AS invoice_no
FROM named
