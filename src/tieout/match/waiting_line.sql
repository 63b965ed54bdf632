-- Lines that wait by themselves, each with its first reason and the hop that failed.
SELECT
    file_no, row_number, charge_type_id,
    coalesce(missing, hop_missing, 'PRORATION_NOT_REPRODUCED') AS reason,
    CASE WHEN missing IS NULL THEN coalesce(gap_hop, own_price_hop) END AS hop
FROM priced_line
WHERE missing IS NOT NULL OR hop_missing IS NOT NULL OR is_not_reproduced
