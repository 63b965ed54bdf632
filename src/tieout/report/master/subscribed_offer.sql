-- The offer of each subscription in the currency of the hop shown: the price list's that fits best, else
-- one of its own. A subscription that names no product has none.
WITH fitting AS (
    SELECT
        s.subscription_id, listed.offer_id,
        (listed.term IS NOT NULL)::INT + (listed.billing_plan IS NOT NULL)::INT
            + (listed.segment IS NOT NULL AND s.segment IS NOT NULL)::INT
            + (listed.market IS NULL)::INT AS keys
    FROM seen_subscription AS s
    JOIN listed_offer AS listed
        ON listed.vendor_id = s.vendor_id
        AND listed.product_id = s.product_id
        AND listed.sku_id = s.sku_id
        AND listed.currency = s.shown.currency
        AND (listed.term IS NULL OR upper(listed.term) = upper(s.term))
        AND (listed.billing_plan IS NULL OR frequency_text(listed.billing_plan) = frequency_text(s.billing_frequency))
        AND (listed.segment IS NULL OR s.segment IS NULL OR listed.segment = s.segment)
        AND listed.meter_id IS NULL
        AND coalesce(listed.tier_min::DECIMAL(38, 18), 0) <= coalesce(s.quantity::DECIMAL(38, 18), 1)
        AND (listed.tier_max IS NULL OR coalesce(s.quantity::DECIMAL(38, 18), 1) <= listed.tier_max::DECIMAL(38, 18))
)
SELECT
    s.subscription_id, s.name, s.vendor_id, s.product_id, s.sku_id, s.term, s.billing_frequency, s.segment,
    changed.changed_at,
    s.shown.currency AS currency,
    best.offer_id IS NOT NULL AS is_listed,
    coalesce(best.offer_id, named_id(concat_ws(
        chr(31), 'offer', s.vendor_id, s.product_id, coalesce(s.sku_id, ''), coalesce(s.term, ''),
        coalesce(s.billing_frequency, ''), '', coalesce(s.segment, ''), '', s.shown.currency, ''
    ))) AS offer_id
FROM seen_subscription AS s
LEFT JOIN (
    SELECT * FROM fitting
    QUALIFY row_number() OVER (PARTITION BY subscription_id ORDER BY keys DESC, offer_id) = 1
) AS best USING (subscription_id)
LEFT JOIN changed_subscriptions AS changed
    ON changed.subscription_id = s.subscription_id AND changed.valid_from = s.valid_from
WHERE s.product_id IS NOT NULL
