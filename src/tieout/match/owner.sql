-- For each vendor subscription, entitlement and day of the period: whose it is, and how many fit.
WITH asked AS (
    SELECT DISTINCT
        vendor, subscription_id AS vendor_subscription_id, entitlement_id, match_date
    FROM classified_line
),
held AS (
    SELECT
        row_number() OVER () AS place,
        * REPLACE (
            valid_from::DATE AS valid_from,
            coalesce(valid_to::DATE, DATE '9999-12-31') AS valid_to,
            start_date::DATE AS start_date
        )
    FROM subscriptions
)
SELECT
    asked.vendor,
    asked.vendor_subscription_id,
    asked.entitlement_id,
    asked.match_date,
    count(held.subscription_id) AS found,
    min(held.subscription_id) AS subscription_id,
    arg_min(held.place, held.subscription_id) AS place,
    arg_min(held.contract_id, held.subscription_id) AS contract_id,
    arg_min(held.start_date, held.subscription_id) AS start_date,
    arg_min(held.term, held.subscription_id) AS term,
    arg_min(held.segment, held.subscription_id) AS segment,
    arg_min(held.billing_frequency, held.subscription_id) AS billing_frequency,
    arg_min(lower(held.billing_frequency), held.subscription_id) IN ('annual', 'yearly', 'p1y') AS is_yearly
FROM asked
LEFT JOIN held
    ON held.vendor_id = asked.vendor
    AND held.vendor_subscription_id = asked.vendor_subscription_id
    AND (
        held.entitlement_id IS NULL
        OR asked.entitlement_id IS NULL
        OR held.entitlement_id = asked.entitlement_id
    )
    AND asked.match_date >= held.valid_from
    AND asked.match_date < held.valid_to
GROUP BY ALL
