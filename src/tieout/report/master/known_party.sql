-- What is known of each party.
SELECT
    party.is_self, party.is_seller, party.is_buyer, known.*,
    upper(left(coalesce(known.status, 'active'), 1)) || substr(coalesce(known.status, 'active'), 2) AS status_name,
    changed.changed_at
FROM party
JOIN known_organizations AS known USING (organization_id)
LEFT JOIN changed_organizations AS changed USING (organization_id)
