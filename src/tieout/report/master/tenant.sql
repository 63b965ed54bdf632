-- Tenants at vendors of the end customers among the viewer and its buyers, as the vendor's lines name
-- them: reference data has none. Known since the first day that was charged.
SELECT
    named_id(concat_ws(chr(31), 'tenant', told.vendor_id, line.customer_id)) AS tenant_id,
    told.buyer_id AS organization_id, told.vendor_id, line.customer_id AS vendor_tenant_id,
    max_by(line.customer_domain, (told.first_day, line.customer_domain)) AS domain_name,
    'Active' AS status, strftime(min(told.first_day), '%Y-%m-%d') AS created_at
FROM tenant_line AS told
JOIN vendor_line AS line USING (file_id, row_number)
WHERE line.customer_id IS NOT NULL
GROUP BY told.buyer_id, told.vendor_id, line.customer_id
