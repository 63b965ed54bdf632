-- The viewer, its sellers' names and its own buyers; the parent of the viewer alone, where it has one.
WITH above AS (
    SELECT min(organization_id) AS parent_id
    FROM known_party
    WHERE is_seller AND role <> 'vendor'
    HAVING count(*) = 1
)
SELECT
    organization_id, name,
    CASE role WHEN 'reseller' THEN 'Seller' ELSE upper(left(role, 1)) || substr(role, 2) END
        AS organization_type,
    status_name AS status,
    CASE WHEN is_self THEN (SELECT parent_id FROM above) END AS parent_organization_id,
    changed_at
FROM known_party
