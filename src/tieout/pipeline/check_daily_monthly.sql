-- Per meter, what the daily file makes more than the monthly one: never booked, only told.
SELECT
    invoice_number AS "invoiceNumber", currency, subscription_id AS "subscriptionId",
    product_id AS "productId", sku_id AS "skuId", meter_name AS "meter",
    shortest(daily.subtotal) AS daily,
    shortest(coalesce(monthly.subtotal, 0)) AS monthly,
    shortest(daily.subtotal - coalesce(monthly.subtotal, 0)) AS residual
FROM detail_sum AS daily
LEFT JOIN monthly_sum AS monthly
    USING (invoice_number, currency, subscription_id, product_id, sku_id, meter_name)
WHERE daily.subtotal <> coalesce(monthly.subtotal, 0)
ORDER BY ALL
