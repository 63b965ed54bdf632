-- What one unit comes to at a hop that the asker is a side of. Where the price list is silent, only what
-- stands on a price that some hop sets itself is known.
SELECT
    base.asked_id, price.contract_id, price.buyer_id, price.unit_price
FROM detail_hop AS price
JOIN matched_line AS line ON line.rowid + 1 = price.charge_no
JOIN quoted_base AS base ON base.asked_no = line.row_number
WHERE getvariable('asker') IN (price.seller_id, price.buyer_id)
    AND price.unit_price IS NOT NULL
    AND (base.unit_price IS NOT NULL OR EXISTS (
        SELECT 1 FROM hop_price AS own
        WHERE own.pricing_id = line.pricing_id AND own.hop <= price.hop AND own.is_own_price
    ))
