-- The control totals of a vendor file by invoice, currency and customer.
SELECT
    file_id, invoice_number, billing_currency AS currency, customer_id,
    min(customer_name) AS customer_name,
    count(*) AS rows,
    sum(subtotal)::DECIMAL(38, 18) AS subtotal,
    coalesce(sum(tax_total), 0)::DECIMAL(38, 18) AS tax_total,
    coalesce(sum(total), 0)::DECIMAL(38, 18) AS total
FROM intake_line
GROUP BY file_id, invoice_number, billing_currency, customer_id
ORDER BY invoice_number, currency, customer_id
