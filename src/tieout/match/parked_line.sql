-- Lines that wait, each with its first reason and the money at stake.
SELECT
    file_id, priced.row_number, line.invoice_number,
    coalesce(parted.reason, missing, hop_missing, 'PRORATION_NOT_REPRODUCED') AS reason,
    CASE
        WHEN parted.reason IS NOT NULL THEN parted.hop
        WHEN missing IS NULL THEN coalesce(gap_hop, own_price_hop)
    END AS hop,
    line.subtotal AS amount, line.billing_currency AS currency,
    coalesce(line.vendor_invoice_row_id, line.row_hash) AS line_key
FROM priced_line AS priced
JOIN vendor_line AS line USING (file_no, row_number)
LEFT JOIN parted_pair AS parted USING (file_no, row_number)
WHERE missing IS NOT NULL OR hop_missing IS NOT NULL OR is_not_reproduced OR parted.reason IS NOT NULL
ORDER BY file_id, row_number
