-- Lines whose subtotal and tax do not make their total.
SELECT
    left(file_id, 16) || '-' || row_number AS "vendorLineId", name AS file, row_number AS "rowNumber",
    invoice_number AS "invoiceNumber", currency, shortest(subtotal) AS subtotal
FROM vendor_check
JOIN taken_file USING (file_no)
WHERE is_total_off
ORDER BY file_id, row_number
