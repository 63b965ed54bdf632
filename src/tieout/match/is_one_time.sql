-- Whether offers of a product family are billed once (rulings 19).
CREATE OR REPLACE TEMP MACRO is_one_time(product_family) AS
    product_family IN ('reservation', 'savings_plan', 'perpetual_software')
