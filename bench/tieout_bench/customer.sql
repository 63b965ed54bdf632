-- End customers, spread over the resellers.
SELECT
    number,
    number % getvariable('resellers') AS reseller,
    'customer-' || lpad(number::VARCHAR, 6, '0') AS organization_id,
    guid('customer', number) AS vendor_id,
    ['Brouwerij', 'Bakkerij', 'Drukkerij', 'Scheepswerf', 'Bouwbedrijf', 'Advocaten', 'Tuincentrum'][number % 7 + 1]
        || ' ' || ['De Halve Maan', 'Van der Meulen', 'Zuiderzee', 'Het Anker', 'Noordster'][number % 5 + 1]
        || ' ' || lpad(number::VARCHAR, 6, '0') || ' B.V.' AS name,
    'customer' || lpad(number::VARCHAR, 6, '0') || '.onmicrosoft.com' AS domain
FROM (SELECT range::BIGINT AS number FROM range(getvariable('customers')))
