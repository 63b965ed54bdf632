-- What is asked about the prices of the page's offers: what each comes to under the contracts that the
-- viewer buys under, in their currency.
SELECT
    offer.offer_id AS asked_id, own.contract_id AS last_contract_id, NULL::VARCHAR AS subscription_id,
    offer.vendor_id, offer.product_id, offer.sku_id, offer.term, offer.billing_plan AS billing_frequency,
    offer.segment, offer.meter_id, offer.charge_kind,
    coalesce(offer.tier_min::DECIMAL(38, 18), 0)::DECIMAL(38, 18) AS quantity
FROM page_row AS offer
JOIN own_contract AS own
    ON own.buyer_id = getvariable('viewer')
    AND own.purpose <> 'consume'
    AND own.vendor_id = offer.vendor_id
    AND own.currency = offer.currency
