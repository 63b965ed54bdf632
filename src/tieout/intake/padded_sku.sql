-- A SKU id with its leading zeros: four characters or more.
CREATE OR REPLACE TEMP MACRO padded_sku(sku) AS
    CASE WHEN length(sku) < 4 THEN lpad(sku, 4, '0') ELSE sku END
