-- The product family of a daily usage row: of the marketplace where a publisher is named who is
-- not Microsoft or has an id, else under the Azure plan (reserved use too, which costs nothing here).
CREATE OR REPLACE TEMP MACRO daily_product_family(publisher, publisher_id) AS
    CASE
        WHEN lower(trim(publisher_id)) NOT IN ('', 'na') THEN 'marketplace'
        WHEN lower(trim(publisher)) NOT IN ('', 'na', 'microsoft', 'microsoft corporation') THEN 'marketplace'
        ELSE 'azure_plan'
    END
