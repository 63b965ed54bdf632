-- Whose each of the vendor's subscriptions is.
SELECT
    s.subscription_id, 500000 + s.number AS subscription_no, 'microsoft' AS vendor_id,
    s.vendor_id AS vendor_subscription_id, 'contract-' || c.organization_id AS contract_id,
    CASE WHEN s.is_usage THEN 'Azure plan' ELSE p.name END AS name,
    CASE WHEN NOT s.is_usage THEN p.product_id END AS product_id,
    CASE WHEN NOT s.is_usage THEN p.sku_id END AS sku_id,
    CASE WHEN NOT s.is_usage THEN s.seats END AS quantity,
    'active' AS status, s.start_date::VARCHAR AS start_date,
    CASE WHEN NOT s.is_usage THEN 'P1Y' END AS term, 'Monthly' AS billing_frequency,
    '2026-01-01' AS valid_from
FROM subscription AS s
JOIN customer AS c ON c.number = s.customer
JOIN product AS p ON p.number = s.product
ORDER BY s.number
