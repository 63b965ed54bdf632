-- The vendor's lines, one by one: the id or hash of a row, its number among equal ones, its hash.
SELECT
    concat_ws('|', 'vendorLine', line.vendor, line.invoice_number, '') AS head,
    concat_ws(
        '|', coalesce(line.vendor_invoice_row_id, line.row_hash), coalesce(repeated.line_seq, 1), line.row_hash
    ) AS rest
FROM told_line AS line
LEFT JOIN repeated_line AS repeated USING (file_no, row_number)
