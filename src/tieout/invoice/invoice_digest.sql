-- What the buyer sees of an invoice, hashed: one text line per detail line, sorted by bytes.
WITH placed AS (
    SELECT
        *,
        uuid5(
            getvariable('invoice_namespace'),
            concat_ws(chr(31), hop, seller_id, buyer_id, vendor, currency, getvariable('period'))
        ) AS invoice_id
    FROM detail_line
),
said AS (
    SELECT
        invoice_id,
        concat_ws(
            '|',
            coalesce(vendor_invoice_row_id, uuid5(invoice_id, concat_ws(chr(31), 'detail', match_key))),
            charge_type,
            coalesce(charge_start_date::VARCHAR, ''),
            coalesce(charge_end_date::VARCHAR, ''),
            shortest(quantity),
            coalesce(shortest(effective_unit_price), ''),
            shortest(total_price),
            currency
        ) || chr(10) AS line
    FROM placed
)
SELECT invoice_id, sha256(string_agg(line, '' ORDER BY line)) AS output_digest
FROM said
GROUP BY invoice_id
