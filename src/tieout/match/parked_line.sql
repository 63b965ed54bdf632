-- Lines that wait, each with its first reason and the money at stake.
SELECT
    file_id, row_number, line.invoice_number,
    coalesce(missing, hop_missing, 'PRORATION_NOT_REPRODUCED') AS reason,
    CASE WHEN missing IS NULL THEN coalesce(gap_hop, own_price_hop) END AS hop,
    line.subtotal AS amount, line.billing_currency AS currency,
    coalesce(line.vendor_invoice_row_id, line.row_hash) AS line_key
FROM priced_line
JOIN vendor_line AS line USING (file_no, row_number)
WHERE missing IS NOT NULL OR hop_missing IS NOT NULL OR is_not_reproduced
ORDER BY file_id, row_number
