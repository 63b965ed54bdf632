-- The vendor's row ids that stand on several charges.
SELECT vendor_invoice_row_id
FROM charge
WHERE vendor_invoice_row_id IS NOT NULL
GROUP BY vendor_invoice_row_id
HAVING count(*) > 1
