-- The vendor lines that persons set aside: where each is, its money, who decided, when and why.
SELECT
    left(file_id, 16) || '-' || row_number AS "vendorLineId", file_id AS "fileId", file.name AS file,
    row_number AS "rowNumber", invoice_number AS "invoiceNumber",
    shortest(amount) AS amount, currency, reason, decided_by AS by, decided_at AS at
FROM set_aside_line
JOIN taken_file AS file USING (file_id)
ORDER BY file_id, row_number
