-- Three hops: microsoft to the distributor, on to each reseller, on to each customer.
SELECT 'contract-vendor' AS contract_id, NULL AS parent_contract_id, 'resell' AS purpose, 'microsoft' AS vendor_id,
    'microsoft' AS seller_id, 'distributor' AS buyer_id, 'EUR' AS currency, 1 AS billing_day,
    14 AS payment_terms_days, 'new' AS start_status, '2026-01-01' AS valid_from
UNION ALL
SELECT 'contract-reseller-' || lpad(range::VARCHAR, 2, '0'), 'contract-vendor', 'resell', 'microsoft', 'distributor',
    'reseller-' || lpad(range::VARCHAR, 2, '0'), 'EUR', 1, 14, 'new', '2026-01-01'
FROM range(getvariable('resellers'))
UNION ALL
SELECT 'contract-' || organization_id, 'contract-reseller-' || lpad(reseller::VARCHAR, 2, '0'), 'invoice', 'microsoft',
    'reseller-' || lpad(reseller::VARCHAR, 2, '0'), organization_id, 'EUR', 1, 30, 'new', '2026-01-01'
FROM customer
ORDER BY contract_id
