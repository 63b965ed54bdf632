-- The vendor invoices of a load: sums by invoice number and format, their period, and a digest of
-- their rows that does not depend on order.
SELECT
    line.vendor,
    invoice_number,
    format,
    min(billing_currency) AS currency,
    coalesce(
        getvariable('chosen_period'),
        strftime(max(coalesce(usage_date, charge_start_date)), '%Y-%m')
    ) AS period,
    count(*)::INT AS rows,
    shortest(sum(subtotal)) AS subtotal,
    shortest(coalesce(sum(tax_total), 0)) AS tax_total,
    shortest(coalesce(sum(total), 0)) AS total,
    sha256(concat_ws(
        '|', count(*), sum(('0x' || substr(row_hash, 1, 15))::HUGEINT), sum(('0x' || substr(row_hash, 16, 15))::HUGEINT),
        sum(('0x' || substr(row_hash, 31, 15))::HUGEINT), sum(('0x' || substr(row_hash, 46, 15))::HUGEINT)
    )) AS content_digest,
    list_sort(list(DISTINCT file_id)) AS file_ids,
    bool_or(billing_state = 'billed') AS is_billed
FROM vendor_line AS line
JOIN staged_file USING (file_id)
GROUP BY line.vendor, invoice_number, format, CASE WHEN invoice_number IS NULL THEN billing_currency END
ORDER BY invoice_number, format, currency
