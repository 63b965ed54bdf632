-- The address of the viewer and of its own buyers, where there is one.
SELECT
    named_id(concat_ws(chr(31), 'address', organization_id)) AS address_id,
    organization_id, 'Main' AS address_type, address AS line1, NULL::VARCHAR AS line2,
    city, zip AS postal_code, NULL::VARCHAR AS region, coalesce(country, country_code) AS country,
    changed_at
FROM known_party
WHERE (is_self OR is_buyer) AND address IS NOT NULL
