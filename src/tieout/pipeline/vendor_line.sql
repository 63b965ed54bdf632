-- The billed vendor lines of the invoices that a period takes, with their file's number.
SELECT line.*, taken.file_no, FALSE AS is_billed
FROM vendor_line_all AS line
JOIN taken_invoice AS taken USING (file_id, invoice_number)
WHERE billing_state = 'billed'
