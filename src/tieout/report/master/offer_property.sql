-- What tells an offer apart, as pairs of texts; nothing about its price.
WITH pair AS (
    SELECT
        offer_id, changed_at,
        unnest(['productId', 'skuId', 'term', 'billingPlan', 'market', 'segment', 'meterId', 'unitsFrom']) AS name,
        unnest([product_id, sku_id, term, billing_plan, market, segment, meter_id, tier_min]) AS value
    FROM offer
)
SELECT * FROM pair WHERE value IS NOT NULL
