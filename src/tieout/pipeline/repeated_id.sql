-- Vendor row ids that stand on rows of different content: a conflict to name; every row is kept.
SELECT
    file_id, vendor_invoice_row_id AS id, count(*)::INT AS rows,
    string_agg(row_number::VARCHAR, ', ' ORDER BY row_number) AS row_numbers,
    string_agg(billing_currency || ' ' || shortest(subtotal), ', ' ORDER BY row_number) AS amounts
FROM vendor_line
WHERE vendor_invoice_row_id IS NOT NULL
GROUP BY file_id, vendor, invoice_number, vendor_invoice_row_id
HAVING count(DISTINCT row_hash) > 1
ORDER BY file_id, min(row_number)
LIMIT 20
