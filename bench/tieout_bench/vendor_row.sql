-- The month as the vendor prints it: the 46 documented columns of a new commerce reconciliation.
WITH worded AS (
    SELECT
        charge.*, s.vendor_id AS subscription_id, s.order_id, s.start_date, c.vendor_id AS customer_id,
        c.name AS customer_name, c.domain, c.reseller, p.product_id, p.sku_id, p.availability_id, p.name,
        CASE
            WHEN charge.is_usage THEN decimal_text(subtotal, 16, 10000000000000000)
            ELSE decimal_text(subtotal, 2, 100)
        END AS subtotal_text,
        [
            'Standard SSD Managed Disks', 'Virtual Machines Dsv5 Series', 'Blob Storage Hot LRS', 'Azure SQL Database vCore',
            'Bandwidth Inter-Region', 'App Service Premium v3', 'Log Analytics Ingestion', 'Key Vault Operations'
        ][meter % 8 + 1] AS service
    FROM charge
    JOIN subscription AS s ON s.number = charge.subscription
    JOIN customer AS c ON c.number = charge.customer
    JOIN product AS p ON p.number = charge.product
)
SELECT
    '7d3a1b52-0c5e-4f3f-9a56-0a4c3c1e2f10' AS "PartnerId",
    customer_id AS "CustomerId",
    customer_name AS "CustomerName",
    domain AS "CustomerDomainName",
    'NL' AS "CustomerCountry",
    'G048812345' AS "InvoiceNumber",
    '4512345' AS "MpnId",
    (6000000 + reseller)::VARCHAR AS "ResellerMpnId",
    order_id AS "OrderId",
    charge_start::VARCHAR || 'T08:' || lpad((number % 60)::VARCHAR, 2, '0') || ':41.0000000Z' AS "OrderDate",
    CASE WHEN is_usage THEN 'DZH318Z0BPS6' ELSE product_id END AS "ProductId",
    CASE WHEN is_usage THEN lpad((meter + 1)::VARCHAR, 4, '0') ELSE sku_id END AS "SkuId",
    CASE WHEN is_usage THEN 'DZH318Z0BQ35' ELSE availability_id END AS "AvailabilityId",
    CASE WHEN is_usage THEN service || ' - EU West' ELSE name END AS "SkuName",
    CASE WHEN is_usage THEN 'Azure plan' ELSE name END AS "ProductName",
    CASE
        WHEN is_usage THEN 'new'
        ELSE ['cycleCharge', 'addQuantity', 'addQuantity', 'removeQuantity', 'removeQuantity'][place + 1]
    END AS "ChargeType",
    CASE WHEN is_usage THEN decimal_text(price, 8, 100000000) ELSE decimal_text(price, 2, 100) END AS "UnitPrice",
    CASE WHEN is_usage THEN '1' ELSE billed_seats::VARCHAR END AS "Quantity",
    subtotal_text AS "Subtotal",
    '0' AS "TaxTotal",
    subtotal_text AS "Total",
    'EUR' AS "Currency",
    CASE WHEN is_usage THEN '["15.0% Partner earned credit for services managed"]' ELSE '' END
        AS "PriceAdjustmentDescription",
    'Microsoft Corporation' AS "PublisherName",
    '' AS "PublisherId",
    CASE WHEN is_usage THEN 'Azure plan' ELSE name || ' (one-year term, billed monthly)' END AS "SubscriptionDescription",
    subscription_id AS "SubscriptionId",
    charge_start::VARCHAR || 'T00:00:00Z' AS "ChargeStartDate",
    charge_end::VARCHAR || 'T00:00:00Z' AS "ChargeEndDate",
    CASE WHEN is_usage THEN '' ELSE 'One-Year commitment for monthly/yearly billing' END AS "TermAndBillingCycle",
    CASE WHEN is_usage THEN decimal_text(effective, 10, 10000000000) ELSE decimal_text(effective, 2, 100) END
        AS "EffectiveUnitPrice",
    CASE WHEN is_usage THEN '1 Hour' ELSE 'Licenses' END AS "UnitType",
    CASE WHEN is_usage THEN '' ELSE 'alt-' || substr(order_id, 1, 13) END AS "AlternateId",
    CASE WHEN is_usage THEN decimal_text(usage, 6, 1000000) ELSE billed_seats::VARCHAR END AS "BillableQuantity",
    CASE WHEN is_usage THEN '' ELSE 'Monthly' END AS "BillingFrequency",
    'EUR' AS "PricingCurrency",
    '1' AS "PCToBCExchangeRate",
    '2026-10-01T00:00:00Z' AS "PCToBCExchangeRateDate",
    CASE WHEN is_usage THEN service || ' - meter ' || lpad(meter::VARCHAR, 2, '0') || ' - EU West' ELSE '' END
        AS "MeterDescription",
    '' AS "ReservationOrderId",
    '' AS "CreditReasonCode",
    start_date::VARCHAR || 'T00:00:00Z' AS "SubscriptionStartDate",
    CASE WHEN is_usage THEN '' ELSE (start_date + INTERVAL 1 YEAR)::DATE - 1 || 'T00:00:00Z' END AS "SubscriptionEndDate",
    guid('event', subscription || '-' || change + turn * 3) AS "ReferenceId",
    '[]' AS "ProductQualifiers",
    CASE WHEN is_usage THEN '' ELSE '39NFJQT1Q5KQ:0001' END AS "PromotionId"
FROM worded
ORDER BY number
