-- What the buyer sees of each line of `invoiced_line`, in the order of the texts made of it: by the
-- line's id and the bar that follows it, and where a vendor repeats an id, by the whole text.
WITH named AS (
    SELECT
        invoice_no, vendor_invoice_row_id, charge_type, charge_start_date, charge_end_date, quantity,
        effective_unit_price, total_price, currency,
        CASE WHEN vendor_invoice_row_id IS NULL THEN
            uuid5_of_sha1(sha1(invoice_bytes || encode(concat_ws(chr(31), 'detail', match_key, part))))
        END AS row_id,
        CASE WHEN vendor_invoice_row_id IN (SELECT vendor_invoice_row_id FROM repeated_row_id) THEN
            concat_ws(
                '|',
                charge_type,
                coalesce(charge_start_date::VARCHAR, ''),
                coalesce(charge_end_date::VARCHAR, ''),
                shortest(quantity),
                coalesce(shortest(effective_unit_price), ''),
                shortest(total_price),
                currency
            )
        END AS rest
    FROM invoiced_line
)
SELECT
    * EXCLUDE (row_id, rest, vendor_invoice_row_id),
    coalesce(vendor_invoice_row_id, row_id::VARCHAR) AS line_id
FROM named
ORDER BY
    invoice_no,
    coalesce(vendor_invoice_row_id, row_id::VARCHAR) || '|',
    rest
