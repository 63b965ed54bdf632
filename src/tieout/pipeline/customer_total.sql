-- The sums of one vendor invoice by file, currency and customer.
SELECT
    file.file, total.customer_id AS "customerId", total.customer_name AS "customerName", total.currency,
    total.rows::INT AS rows,
    shortest(total.subtotal) AS subtotal,
    shortest(total.tax_total) AS "taxTotal",
    shortest(total.total) AS total
FROM control_total AS total
JOIN counted_file AS file USING (file_id)
WHERE total.invoice_number = getvariable('invoice_number')
ORDER BY file.file, file.file_id, total.currency, total.customer_name, total.customer_id
