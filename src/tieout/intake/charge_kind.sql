-- Our word for a charge type of Microsoft new commerce, compared without case and spaces.
CREATE OR REPLACE TEMP MACRO charge_kind(charge_type) AS
    CASE lower(replace(charge_type, ' ', ''))
        WHEN 'new' THEN 'new'
        WHEN 'renew' THEN 'renew'
        WHEN 'extendterm' THEN 'renew'
        WHEN 'cyclecharge' THEN 'cycle_fee'
        WHEN 'addquantity' THEN 'add_quantity'
        WHEN 'removequantity' THEN 'remove_quantity'
        WHEN 'convert' THEN 'convert'
        WHEN 'movequantity' THEN 'convert'
        WHEN 'changebillingplan' THEN 'plan_change'
        WHEN 'cancelimmediate' THEN 'cancel'
        WHEN 'cancel' THEN 'cancel'
        WHEN 'customercredit' THEN 'credit'
        WHEN 'usage' THEN 'usage'
        ELSE 'other'
    END
