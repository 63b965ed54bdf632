-- A markup on every hop that is made here; a fixed price for one licence with each tenth of them;
-- where there is a price list, one licence less 5 % of its list price with another tenth.
SELECT 'rule-reseller-' || lpad(range::VARCHAR, 2, '0') AS rule_id, 'contract-reseller-' || lpad(range::VARCHAR, 2, '0') AS contract_id,
    NULL AS product_id, 'markup' AS kind, '5' AS value, NULL AS currency, '2026-01-01' AS valid_from
FROM range(getvariable('resellers'))
UNION ALL
SELECT 'rule-fixed-reseller-' || lpad(range::VARCHAR, 2, '0'), 'contract-reseller-' || lpad(range::VARCHAR, 2, '0'),
    (SELECT product_id FROM product WHERE number = 3), 'fixed', '17.25', 'EUR', '2026-01-01'
FROM range(getvariable('resellers'))
WHERE range % 10 = 0
UNION ALL
SELECT 'rule-' || organization_id, 'contract-' || organization_id, NULL, 'markup',
    ['10', '12.5', '8'][number % 3 + 1], NULL, '2026-01-01'
FROM customer
UNION ALL
SELECT 'rule-fixed-' || organization_id, 'contract-' || organization_id,
    (SELECT product_id FROM product WHERE number = 6), 'fixed', '39.90', 'EUR', '2026-01-01'
FROM customer
WHERE number % 10 = 3
UNION ALL
SELECT 'rule-list-' || organization_id, 'contract-' || organization_id,
    (SELECT product_id FROM product WHERE number = 9), 'discount_on_list', '5', NULL, '2026-01-01'
FROM customer
WHERE number % 10 = 7 AND getvariable('prices') > 0
ORDER BY rule_id
