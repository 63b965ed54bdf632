-- Twelve licences with monthly list prices in cents.
SELECT
    number,
    'CFQ7TTC0LH' || lpad((number * 7 + 10)::VARCHAR, 2, '0') AS product_id,
    lpad((number % 4 + 1)::VARCHAR, 4, '0') AS sku_id,
    'CFQ7TTC0K' || lpad((number * 61 + 100)::VARCHAR, 3, '0') AS availability_id,
    [
        'Microsoft 365 Business Basic', 'Microsoft 365 Business Standard', 'Microsoft 365 Business Premium',
        'Microsoft 365 E3', 'Microsoft 365 E5', 'Microsoft Defender for Office 365 (Plan 2)', 'Exchange Online (Plan 1)',
        'Power BI Pro', 'Visio Plan 2', 'Project Plan 3', 'Microsoft Teams Phone Standard', 'Enterprise Mobility + Security E3'
    ][number + 1] AS name,
    300 + number * 517 AS price
FROM (SELECT range::BIGINT AS number FROM range(12))
