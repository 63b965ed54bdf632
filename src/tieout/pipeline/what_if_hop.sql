-- Money and margin moved at each hop by seller, buyer and currency, amounts as text.
WITH summed AS (
    SELECT
        hop, seller_id, buyer_id, currency,
        sum(total_before) AS total_before, sum(total_after) AS total_after,
        CASE WHEN bool_and(margin_before IS NOT NULL) THEN sum(margin_before) END AS margin_before,
        CASE WHEN bool_and(margin_after IS NOT NULL) THEN sum(margin_after) END AS margin_after
    FROM moved
    GROUP BY hop, seller_id, buyer_id, currency
)
SELECT
    hop, seller_id AS "sellerId", buyer_id AS "buyerId", currency,
    shortest(total_before) AS "totalBefore", shortest(total_after) AS "totalAfter",
    shortest(total_after - total_before) AS "totalDifference",
    shortest(margin_before) AS "marginBefore", shortest(margin_after) AS "marginAfter",
    shortest(margin_after - margin_before) AS "marginDifference"
FROM summed
ORDER BY hop, seller_id, buyer_id, currency
