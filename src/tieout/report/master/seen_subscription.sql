-- The subscriptions that the viewer buys or sells: of each the row nearest to the day of those under
-- contracts whose chain it stands in, with the hop it sells at (`sale`) and the one it buys at (`bought`).
WITH side AS (
    SELECT
        s.subscription_id, s.valid_from AS row_from, hop.sells,
        struct_pack(
            contract_id := hop.contract_id, seller_id := hop.seller_id, buyer_id := hop.buyer_id,
            currency := hop.currency
        ) AS hop
    FROM known_subscriptions AS s
    JOIN reached_hop AS hop
        ON hop.last_contract_id = s.contract_id
        AND hop.vendor_id = s.vendor_id
        AND hop.valid_from < coalesce(s.valid_to, '9999-12-31')
        AND s.valid_from < hop.valid_to
    QUALIFY row_number() OVER (
        PARTITION BY s.subscription_id, s.valid_from, hop.sells
        ORDER BY days_off(hop.valid_from), hop.contract_id
    ) = 1
),
seen AS (
    SELECT
        subscription_id, row_from,
        any_value(hop) FILTER (sells) AS sale, any_value(hop) FILTER (NOT sells) AS bought
    FROM side
    GROUP BY subscription_id, row_from
)
SELECT known.*, seen.sale, seen.bought, coalesce(seen.sale, seen.bought) AS shown
FROM seen
JOIN known_subscriptions AS known
    ON known.subscription_id = seen.subscription_id AND known.valid_from = seen.row_from
QUALIFY row_number() OVER (
    PARTITION BY seen.subscription_id ORDER BY days_off(seen.row_from), seen.row_from DESC
) = 1
