-- The contact of the viewer, of its direct sellers and of its own buyers, where one is named.
SELECT
    named_id(concat_ws(chr(31), 'contact', organization_id)) AS contact_id,
    organization_id, 'Reference' AS contact_type,
    concat_ws(' ', contact_first_name, contact_middle_name) AS first_name,
    coalesce(contact_last_name, '') AS last_name,
    email, changed_at
FROM known_party
WHERE contact_first_name IS NOT NULL OR contact_last_name IS NOT NULL
