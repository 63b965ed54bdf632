-- What can be bought of the viewer's vendors: the price list, and what its subscriptions name beside it.
-- An offer is called what the viewer's subscriptions of it are called, else by the vendor's id.
WITH listed AS (
    SELECT
        listed.*,
        -- a price for a whole term is shown per cycle
        CASE
            WHEN coalesce(listed.price_period, 'cycle') = 'cycle' THEN 1
            ELSE coalesce(months_of_frequency(listed.term) // months_of_frequency(listed.billing_plan), 1)
        END AS cycles,
        changed.changed_at
    FROM listed_offer AS listed
    LEFT JOIN changed_price_list AS changed
        ON changed.vendor_id = listed.vendor_id
        AND changed.product_id = listed.product_id
        AND changed.sku_id = listed.sku_id
        AND changed.term IS NOT DISTINCT FROM listed.term
        AND changed.billing_plan IS NOT DISTINCT FROM listed.billing_plan
        AND changed.market IS NOT DISTINCT FROM listed.market
        AND changed.segment IS NOT DISTINCT FROM listed.segment
        AND changed.meter_id IS NOT DISTINCT FROM listed.meter_id
        AND changed.currency = listed.currency
        AND changed.tier_min IS NOT DISTINCT FROM listed.tier_min
        AND changed.valid_from = listed.valid_from
),
known AS (
    SELECT
        offer_id, vendor_id, product_id, sku_id, term, billing_plan, market, segment, meter_id, tier_min, currency,
        CASE
            WHEN cycles = 1 THEN erp_price::DECIMAL(38, 18)
            ELSE amount((2 * units(erp_price::DECIMAL(38, 18)) + cycles) // (2 * cycles))
        END AS retail_price,
        CASE WHEN cycles = 1 THEN decimals(erp_price) ELSE 0 END AS retail_price_digits,
        changed_at
    FROM listed
    UNION ALL BY NAME
    SELECT
        offer_id, min(vendor_id) AS vendor_id, min(product_id) AS product_id, min(sku_id) AS sku_id,
        min(term) AS term, min(billing_frequency) AS billing_plan, min(segment) AS segment,
        min(currency) AS currency, 0 AS retail_price_digits, max(changed_at) AS changed_at
    FROM subscribed_offer
    WHERE NOT is_listed
    GROUP BY offer_id
),
called AS (
    SELECT offer_id, min(name) AS name FROM subscribed_offer GROUP BY offer_id
)
SELECT
    known.*, coalesce(called.name, known.product_id) AS name, vendor.name AS vendor_name,
    CASE
        WHEN meter_id IS NOT NULL OR lower(term) = 'payg-1' THEN 'Usage'
        WHEN lower(term) = 'onetime' THEN 'OneTime'
        ELSE 'License'
    END AS charge_kind,
    frequency_text(billing_plan) AS billing_frequency,
    getvariable('sees_cost') OR NOT EXISTS (SELECT 1 FROM reached_hop WHERE sells) AS purchase_visible
FROM known
LEFT JOIN called USING (offer_id)
LEFT JOIN known_organizations AS vendor ON vendor.organization_id = known.vendor_id
