-- The rejected rows of the files that a period takes, unless they name an invoice of another.
SELECT * FROM rejected_row_all AS row
WHERE row.invoice_number IS NULL
    OR EXISTS (
        SELECT 1 FROM taken_invoice AS taken
        WHERE taken.file_id = row.file_id AND taken.invoice_number = row.invoice_number
    )
    OR NOT EXISTS (
        SELECT 1 FROM vendor_line_all AS line
        WHERE line.file_id = row.file_id AND line.invoice_number = row.invoice_number
    )
