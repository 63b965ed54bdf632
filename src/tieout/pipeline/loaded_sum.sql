-- Sums of a load by currency: good rows before and with tax, and what is readable in rejected rows.
SELECT
    currency,
    shortest(sum(subtotal)) AS subtotal,
    shortest(sum(total)) AS total,
    shortest(sum(rejected)) AS rejected
FROM (
    SELECT
        billing_currency AS currency, subtotal, coalesce(total, subtotal + coalesce(tax_total, 0)) AS total,
        0::DECIMAL(38, 18) AS rejected
    FROM vendor_line
    UNION ALL
    SELECT currency, 0, 0, subtotal FROM rejected_row WHERE currency IS NOT NULL
) AS row
GROUP BY currency
ORDER BY currency
