-- The billed vendor lines of the invoices that a period takes.
SELECT * FROM vendor_line_all
SEMI JOIN taken_invoice USING (file_id, invoice_number)
WHERE billing_state = 'billed'
