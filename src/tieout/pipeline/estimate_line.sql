-- The unbilled vendor lines that a period previews, with their file's number.
SELECT line.*, taken.file_no, FALSE AS is_billed
FROM vendor_line_all AS line
JOIN taken_invoice AS taken
    ON taken.file_id = line.file_id
    AND starts_with(
        taken.invoice_number, concat_ws(' ', 'unbilled', line.vendor, line.billing_currency, '')
    )
WHERE line.invoice_number IS NULL AND line.billing_state = 'unbilled'
