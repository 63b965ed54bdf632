-- Subscriptions that name the vendor subscription and entitlement of another one on one day.
WITH span AS (
    SELECT *, open_end(valid_to) AS end_day
    FROM now_subscriptions
    WHERE valid_from < open_end(valid_to)
        AND vendor_id IS NOT NULL
        AND vendor_subscription_id IS NOT NULL
        AND subscription_id IS NOT NULL
),

followed AS (
    SELECT
        "row", subscription_id, valid_from,
        max_by(
            {'row': "row", 'subscription_id': subscription_id, 'end_day': end_day}, end_day
        ) OVER (
            PARTITION BY vendor_id, lower(vendor_subscription_id), lower(entitlement_id)
            ORDER BY valid_from, subscription_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier
    FROM span
)

SELECT
    'subscriptions.csv' AS file, greatest("row", earlier."row") AS "row",
    'vendor_subscription_id' AS "column",
    'is with its entitlement also that of subscription '
    || quoted(
        CASE
            WHEN "row" IS NULL OR "row" < earlier."row" THEN subscription_id
            ELSE earlier.subscription_id
        END
    )
    || ' on ' || valid_from AS reason
FROM followed
WHERE valid_from < earlier.end_day AND subscription_id <> earlier.subscription_id
