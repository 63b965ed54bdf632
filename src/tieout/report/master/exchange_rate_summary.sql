-- Of each own buyer and currency pair: how many rates there are, and of which days.
SELECT
    buyer.organization_id AS partner_id, buyer.name AS partner_name,
    rate."from" AS from_currency, rate."to" AS to_currency,
    CASE WHEN rate.organization_id IS NULL THEN 'Generic' ELSE 'Organization' END AS level,
    buyer.role = 'customer' AS is_customer,
    count(*) AS rate_count, min(rate.date) AS first_date, max(rate.date) AS last_date
FROM known_party AS buyer
JOIN known_exchange_rates AS rate
    ON rate.organization_id IS NULL OR rate.organization_id = buyer.organization_id
WHERE buyer.is_buyer
GROUP BY ALL
