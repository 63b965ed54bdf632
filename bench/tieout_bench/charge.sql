-- What each row of the month charges, as whole numbers. Five rows for a subscription: a licence
-- has its monthly fee and two changes of seats, each a refund row and a new row, cut to the cent
-- per seat (profile nce-a); an Azure plan has five meters with up to 16 decimals. Where there are
-- more than five rows for a subscription, the Azure plans take the others in turn, four of them for
-- each customer (see subscription.sql), five more meters at each turn.
WITH counted AS (
    SELECT
        range::BIGINT AS number,
        range // 5 AS block,
        range % 5 AS place,
        greatest(range // 5 - getvariable('subscriptions'), 0) AS beyond,
        range // 5 >= getvariable('subscriptions') AS is_beyond
    FROM range(getvariable('rows'))
),
numbered AS (
    SELECT
        number, place,
        (place + 1) // 2 AS change,
        CASE WHEN is_beyond THEN 1 + beyond // (getvariable('customers') * 4) ELSE 0 END AS turn,
        beyond // 4 % getvariable('customers') AS next_customer,
        CASE
            WHEN is_beyond THEN next_customer * 10 + (beyond % 4 + 16 - next_customer % 10) % 10
            ELSE block * getvariable('subscriptions') // least(getvariable('blocks'), getvariable('subscriptions'))
        END AS subscription
    FROM counted
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
        (subscription * 5 + place * 8) % 40 + turn * 40 AS meter,
        (subscription * 7919 + place * 104729 + turn * 15485863 + 17) % 99999999 + 1 AS usage
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
