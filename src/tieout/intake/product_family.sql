-- The product family of a new commerce row: the first rule that fits.
CREATE OR REPLACE TEMP MACRO product_family(term, publisher, publisher_id, charge_end) AS
    CASE
        WHEN lower(trim(publisher)) NOT IN ('', 'microsoft', 'microsoft corporation') THEN 'marketplace'
        WHEN trim(publisher) = '' AND lower(trim(publisher_id)) NOT IN ('', 'na') THEN 'marketplace'
        WHEN term ILIKE '%reservation%' THEN 'reservation'
        WHEN term ILIKE '%savings plan%' THEN 'savings_plan'
        WHEN term ILIKE '%subscription%' THEN 'software_subscription'
        WHEN regexp_matches(term, '(one|1)[- ](month|year)|(three|3)[- ]year', 'i') THEN 'licence'
        WHEN trim(term) = '' AND charge_end IS NULL THEN 'perpetual_software'
        ELSE 'azure_plan'
    END
