-- The sums of one vendor invoice by file and currency.
SELECT
    file.file, file.file_id AS "fileId", file.format, file.state, file.period, total.currency,
    sum(total.rows)::INT AS rows,
    shortest(sum(total.subtotal)) AS subtotal,
    shortest(sum(total.tax_total)) AS "taxTotal",
    shortest(sum(total.total)) AS total
FROM control_total AS total
JOIN counted_file AS file USING (file_id)
WHERE total.invoice_number = getvariable('invoice_number')
GROUP BY ALL
ORDER BY file.file, file.file_id, total.currency
