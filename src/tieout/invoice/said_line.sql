-- What the buyer sees of each invoice, one text line per detail line, sorted by bytes.
SELECT
    invoice_no,
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
FROM detail_line
JOIN invoice_key USING (hop, seller_id, buyer_id, vendor, currency)
ORDER BY invoice_no, line
