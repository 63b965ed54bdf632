-- Ten subscriptions for each customer: six licences with a year's term, four Azure plans.
SELECT
    number,
    number // 10 AS customer,
    (number + number // 10) % 10 >= 6 AS is_usage,
    number * 7 % 12 AS product,
    guid('subscription', number) AS vendor_id,
    'subscription-' || lpad(number::VARCHAR, 7, '0') AS subscription_id,
    guid('order', number) AS order_id,
    make_date(2026, (1 + number % 9)::INT, (1 + number % 20)::INT) AS start_date,
    make_date(2026, 10, (1 + number % 20)::INT) AS cycle_start,
    make_date(2026, 11, (1 + number % 20)::INT) - 1 AS cycle_end,
    5 + number % 46 AS seats
FROM (SELECT range::BIGINT AS number FROM range(getvariable('subscriptions')))
