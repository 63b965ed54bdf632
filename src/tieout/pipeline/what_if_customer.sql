-- Money and margin moved by customer at each hop, amounts as text; margin is null where a rate is
-- not the same for all lines, and at hop 1.
SELECT
    hop, seller_id AS "sellerId", buyer_id AS "buyerId", customer_id AS "customerId", currency,
    shortest(total_before) AS "totalBefore", shortest(total_after) AS "totalAfter",
    shortest(total_after - total_before) AS "totalDifference",
    shortest(margin_before) AS "marginBefore", shortest(margin_after) AS "marginAfter",
    shortest(margin_after - margin_before) AS "marginDifference"
FROM moved
ORDER BY hop, seller_id, buyer_id, customer_id, currency
