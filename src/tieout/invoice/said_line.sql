-- What the buyer sees of each invoice, one text line per detail line, sorted by bytes.
WITH said_charge AS (
    SELECT
        charge_no, match_key, part, vendor_invoice_row_id,
        concat_ws(
            '|',
            charge_type,
            coalesce(charge_start_date::VARCHAR, ''),
            coalesce(charge_end_date::VARCHAR, ''),
            shortest(quantity)
        ) AS what
    FROM charge
),
hashed AS (
    SELECT
        invoice_no, vendor_invoice_row_id,
        sha1(invoice_bytes || encode(concat_ws(chr(31), 'detail', match_key, part))) AS row_hash,
        concat_ws(
            '|',
            what,
            coalesce(shortest(effective_unit_price), ''),
            shortest(total_price),
            currency
        ) AS figures
    FROM detail_line
    JOIN said_charge USING (charge_no)
    JOIN invoice_key USING (hop, seller_id, buyer_id, vendor, currency)
)
SELECT
    invoice_no,
    concat(coalesce(vendor_invoice_row_id, uuid5_of_sha1(row_hash)), '|', figures, chr(10)) AS line
FROM hashed
ORDER BY invoice_no, line
