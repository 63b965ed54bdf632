-- The organizations that documents and lines name, in the words of billing-api.md 3.1.
SELECT
    snapshot_id, organization_id, try_cast(account_no AS BIGINT) AS account_no, name, erp_id,
    country,
    upper(coalesce(country_code, CASE WHEN length(country) = 2 THEN country END)) AS country_code,
    coalesce(lower(language), 'en') AS language_code,
    CASE coalesce(lower(language), 'en')
        WHEN 'nl' THEN 'Dutch' WHEN 'en' THEN 'English' WHEN 'de' THEN 'German'
        WHEN 'fr' THEN 'French' WHEN 'es' THEN 'Spanish' WHEN 'it' THEN 'Italian'
        WHEN 'lv' THEN 'Latvian' WHEN 'da' THEN 'Danish' WHEN 'sv' THEN 'Swedish'
        ELSE language
    END AS language,
    CASE role WHEN 'vendor' THEN 1 WHEN 'distributor' THEN 2 WHEN 'reseller' THEN 3 ELSE 4 END
        AS role_id,
    vat_number, address, zip, city, email, telephone, fax, iban, bic, bank_account,
    chamber_of_commerce, website, logo, contact_first_name, contact_middle_name, contact_last_name
FROM reference_organizations
WHERE organization_id IN (
    SELECT customer_id FROM core_line
    UNION ALL
    SELECT seller_id FROM document
    UNION ALL
    SELECT buyer_id FROM document
)
