-- Lines that wait, each with its first reason and the money at stake.
SELECT
    file_id, row_number, line.invoice_number,
    coalesce(parted.reason, waiting.reason) AS reason,
    CASE WHEN parted.reason IS NULL THEN waiting.hop ELSE parted.hop END AS hop,
    line.subtotal AS amount, line.billing_currency AS currency,
    coalesce(line.vendor_invoice_row_id, line.row_hash) AS line_key
FROM waiting_line AS waiting
FULL JOIN parted_pair AS parted USING (file_no, row_number)
JOIN vendor_line AS line USING (file_no, row_number)
ORDER BY file_id, row_number
