-- Lines that no profile comes near to.
SELECT
    left(file_id, 16) || '-' || row_number AS "vendorLineId", name AS file, row_number AS "rowNumber",
    invoice_number AS "invoiceNumber", currency, shortest(subtotal) AS subtotal,
    profile AS "nearestProfile", shortest(difference) AS difference
FROM vendor_check
JOIN taken_file USING (file_no)
WHERE result = 'unexplained'
ORDER BY file_id, row_number
