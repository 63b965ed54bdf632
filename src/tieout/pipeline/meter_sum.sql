-- The sums of vendor lines by invoice, subscription, product and meter.
SELECT
    invoice_number, billing_currency AS currency, subscription_id, product_id, sku_id, meter_name,
    sum(subtotal) AS subtotal
FROM vendor_line
GROUP BY ALL
