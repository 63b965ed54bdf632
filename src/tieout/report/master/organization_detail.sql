-- The registration of the viewer and of its own buyers; a code of one's own books about oneself only.
SELECT
    organization_id, status_name AS status, CASE WHEN is_self THEN erp_id END AS erp_id,
    vat_number, chamber_of_commerce AS registration_number,
    preferred_currency AS preferred_currency_id, language, changed_at
FROM known_party
WHERE is_self OR is_buyer
