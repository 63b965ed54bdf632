-- Per invoice, how often each profile fits: one invoice should need one licence profile.
SELECT
    invoice_number AS "invoiceNumber", currency, profile, count(*)::INT AS lines,
    shortest(sum(subtotal)) AS subtotal
FROM vendor_check
WHERE result = 'fit'
GROUP BY ALL
ORDER BY ALL
