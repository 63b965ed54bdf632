-- One vendor, one distributor, the resellers, the customers.
SELECT 'microsoft' AS organization_id, 1 AS account_no, 'vendor' AS role, 'Microsoft Ireland Operations Ltd' AS name,
    'IE' AS country, 'en' AS language, 'EUR' AS currency
UNION ALL
SELECT 'distributor', 2, 'distributor', 'Northlane Distribution B.V.', 'NL', 'nl', 'EUR'
UNION ALL
SELECT 'reseller-' || lpad(range::VARCHAR, 2, '0'), 100 + range, 'reseller', 'Reseller ' || range || ' B.V.', 'NL', 'nl', 'EUR'
FROM range(getvariable('resellers'))
UNION ALL
SELECT organization_id, 1000 + number, 'customer', name, 'NL', 'nl', 'EUR' FROM customer
ORDER BY account_no
