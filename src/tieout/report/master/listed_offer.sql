-- What the price lists of the viewer's vendors offer on the day, each key an offer of its own.
SELECT
    named_id(concat_ws(
        chr(31), 'offer', vendor_id, product_id, sku_id, coalesce(term, ''), coalesce(billing_plan, ''),
        coalesce(market, ''), coalesce(segment, ''), coalesce(meter_id, ''), currency,
        coalesce(tier_min, '')
    )) AS offer_id,
    *
FROM known_price_list
WHERE vendor_id IN (SELECT vendor_id FROM known_contracts WHERE getvariable('viewer') IN (seller_id, buyer_id))
    AND valid_from <= getvariable('day')
    AND getvariable('day') < coalesce(valid_to, '9999-12-31')
