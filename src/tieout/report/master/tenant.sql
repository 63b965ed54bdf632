-- Tenants at vendors: reference data holds none.
SELECT
    NULL::VARCHAR AS tenant_id, NULL::VARCHAR AS organization_id, NULL::VARCHAR AS vendor_id,
    NULL::VARCHAR AS vendor_tenant_id, NULL::VARCHAR AS domain_name, NULL::VARCHAR AS status,
    NULL::VARCHAR AS created_at
WHERE FALSE
