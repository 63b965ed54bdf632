-- The typed vendor line of one row, amounts as text.
SELECT
    vendor, invoice_number AS "invoiceNumber", billing_state AS "billingState",
    subscription_id AS "subscriptionId", entitlement_id AS "entitlementId",
    product_id AS "productId", sku_id AS "skuId", product_family AS "productFamily",
    charge_type AS "chargeType", charge_kind AS "chargeKind",
    charge_start_date::VARCHAR AS "chargeStartDate", charge_end_date::VARCHAR AS "chargeEndDate",
    usage_date::VARCHAR AS "usageDate",
    regexp_replace(unit_price::VARCHAR, '[.]?0*$', '') AS "unitPrice",
    regexp_replace(effective_unit_price::VARCHAR, '[.]?0*$', '') AS "effectiveUnitPrice",
    shortest(billable_quantity) AS "billableQuantity",
    shortest(subtotal) AS subtotal, shortest(tax_total) AS "taxTotal", shortest(total) AS total,
    billing_currency AS currency, row_hash AS "rowHash"
FROM vendor_line
WHERE row_number = getvariable('row_number')
