-- The page's offers with what the viewer pays, where its contracts agree on one price.
SELECT offer.*, bought.unit_price AS purchase_price
FROM page_row AS offer
LEFT JOIN (
    SELECT asked_id, min(unit_price) AS unit_price
    FROM quoted_price
    WHERE buyer_id = getvariable('viewer')
    GROUP BY asked_id
    HAVING count(DISTINCT unit_price) = 1
) AS bought ON bought.asked_id = offer.offer_id
