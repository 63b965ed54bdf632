-- How many of the buyers are end customers with a preferred currency.
SELECT count(*) AS buyers
FROM reference_organizations
WHERE preferred_currency IS NOT NULL
    AND role = 'customer'
    AND organization_id IN (SELECT buyer_id FROM visible_invoice)
