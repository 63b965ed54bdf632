-- The billed lines that nothing billed takes back, each with what the vendor's row says.
SELECT
    billed.*, line.vendor, line.invoice_number, line.row_hash, line.billing_currency AS currency,
    coalesce(
        line.vendor_invoice_row_id,
        concat_ws(
            chr(31), line.subscription_id, line.product_id, line.sku_id, line.charge_type,
            line.charge_start_date, line.charge_end_date
        )
    ) AS told_as
FROM billed_line AS billed
JOIN billed_file_line AS line USING (file_id, row_number)
WHERE NOT starts_with(coalesce(entry_key, '+'), '-')
    AND '-' || line_key NOT IN (SELECT entry_key FROM billed_line WHERE entry_key IS NOT NULL)
