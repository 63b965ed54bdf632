-- The viewer's subscriptions (reporting-api.md 4.4) at the hop it sells at, else at the one it buys at.
WITH dated AS (
    SELECT
        s.*,
        CASE
            WHEN end_date < getvariable('day') THEN 4
            WHEN start_date > getvariable('day') THEN 0
            ELSE 1
        END AS status_by_dates,
        CASE WHEN billing_frequency IS NULL THEN 1 ELSE coalesce(months_of_frequency(billing_frequency), 0) END AS months,
        start_date::DATE AS first_day,
        least(
            greatest(getvariable('day')::DATE, start_date::DATE), coalesce(end_date::DATE, DATE '9999-12-31')
        ) AS day_within
    FROM seen_subscription AS s
),
counted AS (
    SELECT
        *,
        CASE WHEN months > 0 THEN
            (date_diff('month', first_day, day_within)
                - (first_day + to_months(date_diff('month', first_day, day_within)::INT) > day_within)::INT)
            // months
        END AS cycles
    FROM dated
),
told AS (
    SELECT
        *,
        coalesce(
            list_position(['pending', 'active', 'suspended', 'cancelled', 'expired'], lower(status)) - 1,
            status_by_dates
        ) AS status_id
    FROM counted
)
SELECT
    s.subscription_id, s.name, s.vendor_subscription_id, s.shown.contract_id AS contract_id,
    s.shown.seller_id AS seller_id, s.shown.buyer_id AS customer_id, NULL::VARCHAR AS tenant_id,
    offer.offer_id, s.status_id,
    ['Pending', 'Active', 'Suspended', 'Cancelled', 'Expired'][s.status_id + 1] AS status,
    s.quantity::DECIMAL(38, 18) AS quantity, decimals(s.quantity) AS quantity_digits,
    s.start_date, s.end_date,
    CASE WHEN s.months = 0 THEN s.first_day ELSE (s.first_day + to_months((s.cycles * s.months)::INT))::DATE END
        ::VARCHAR AS cycle_start,
    CASE
        WHEN s.months = 0 THEN s.end_date::DATE
        ELSE (s.first_day + to_months(((s.cycles + 1) * s.months)::INT))::DATE - 1
    END::VARCHAR AS cycle_end,
    frequency_text(s.billing_frequency) AS billing_frequency, s.shown.currency AS currency,
    s.bought IS NOT NULL AND (s.sale IS NULL OR getvariable('sees_cost')) AS purchase_visible,
    s.sale IS NOT NULL AND getvariable('sees_cost') AS sale_visible,
    changed.changed_at,
    s.contract_id AS last_contract_id, s.bought.contract_id AS bought_contract_id,
    s.bought.currency AS bought_currency, s.sale.contract_id AS sale_contract_id,
    s.vendor_id, s.product_id, s.sku_id, s.term, s.billing_frequency AS frequency_word, s.segment
FROM told AS s
LEFT JOIN subscribed_offer AS offer USING (subscription_id)
LEFT JOIN changed_subscriptions AS changed
    ON changed.subscription_id = s.subscription_id AND changed.valid_from = s.valid_from
