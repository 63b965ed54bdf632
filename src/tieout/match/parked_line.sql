-- Lines that wait, each with its first reason and the money at stake.
SELECT
    file_id, row_number, invoice_number,
    coalesce(missing, hop_missing, 'PRORATION_NOT_REPRODUCED') AS reason,
    CASE
        WHEN missing IS NOT NULL THEN NULL
        ELSE coalesce(gap_hop, fixed_hop)
    END AS hop,
    subtotal AS amount, billing_currency AS currency, line_key
FROM priced_line
WHERE missing IS NOT NULL OR hop_missing IS NOT NULL OR is_not_reproduced
ORDER BY file_id, row_number
