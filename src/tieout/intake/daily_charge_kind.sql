-- Our word for a charge type of Microsoft daily usage: blank is usage, else as in new commerce.
CREATE OR REPLACE TEMP MACRO daily_charge_kind(charge_type) AS
    CASE WHEN trim(charge_type) = '' THEN 'usage' ELSE charge_kind(charge_type) END
