-- The billed lines of a load and of the files that stand beside it.
SELECT TRUE AS is_new, file_id, row_number, vendor, invoice_number, row_hash, subtotal, billing_currency
FROM vendor_line
WHERE invoice_number IS NOT NULL
UNION ALL
SELECT FALSE, file_id, row_number, vendor, invoice_number, row_hash, subtotal, billing_currency
FROM other_line
WHERE invoice_number IS NOT NULL
