-- What each row of the month charges, as whole numbers. Five rows for a subscription: a licence
-- has its monthly fee and two changes of seats, each a refund row and a new row, cut to the cent
-- per seat (profile nce-a); an Azure plan has five meters with up to 16 decimals.
WITH numbered AS (
    SELECT
        range::BIGINT AS number,
        range // 5 * getvariable('subscriptions') // getvariable('blocks') AS subscription,
        range % 5 AS place,
        (range % 5 + 1) // 2 AS change
    FROM range(getvariable('rows'))
),
dated AS (
    SELECT
        numbered.*, s.customer, s.is_usage, s.product, s.seats,
        CASE
            WHEN s.is_usage THEN DATE '2026-10-01'
            WHEN change = 0 THEN s.cycle_start
            ELSE s.cycle_start + (change * 4 - 3 + subscription % 4)::INT
        END AS charge_start,
        CASE WHEN s.is_usage THEN DATE '2026-10-31' ELSE s.cycle_end END AS charge_end,
        (subscription * 5 + place * 8) % 40 AS meter,
        (subscription * 7919 + place * 104729 + 17) % 99999999 + 1 AS usage
    FROM numbered
    JOIN subscription AS s ON s.number = numbered.subscription
),
priced AS (
    SELECT
        dated.*,
        CASE WHEN is_usage THEN (meter * 2750159 + 86753) % 89999999 + 1 ELSE product.price END AS price,
        CASE place
            WHEN 2 THEN seats + 1 + subscription % 5
            WHEN 3 THEN seats + 1 + subscription % 5
            WHEN 4 THEN seats + subscription % 5 - subscription % 3
            ELSE seats
        END AS billed_seats,
        CASE WHEN place IN (1, 3) THEN -1 ELSE 1 END AS sign,
        charge_end - charge_start + 1 AS days
    FROM dated
    JOIN product ON product.number = dated.product
)
SELECT
    *,
    CASE WHEN is_usage THEN price * 85 ELSE sign * (price * days // 31) END AS effective,
    CASE WHEN is_usage THEN price * 85 * usage ELSE sign * (price * days // 31) * billed_seats END AS subtotal
FROM priced
