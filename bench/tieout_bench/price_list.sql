-- The list prices of the twelve licences, among those of products that nobody bought this month.
SELECT
    'microsoft' AS vendor_id,
    coalesce(product.product_id, 'CFQ7TTC0P' || lpad(range::VARCHAR, 6, '0')) AS product_id,
    coalesce(product.sku_id, '0001') AS sku_id,
    'EUR' AS currency,
    decimal_text(coalesce(product.price, 100 + range % 9000), 2, 100) AS unit_price,
    decimal_text(coalesce(product.price, 100 + range % 9000) * 5 // 4, 2, 100) AS erp_price,
    '2026-01-01' AS valid_from
FROM range(getvariable('prices'))
LEFT JOIN product ON product.number = range
ORDER BY range
