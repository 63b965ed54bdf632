-- Our word for a charge type of Microsoft's legacy files, compared without case and spaces, "fees" as
-- "fee". A prorated change names no direction: a negative amount removes, any other adds. The API
-- says New and Cancel where the files say purchase and refund.
CREATE OR REPLACE TEMP MACRO legacy_charge_kind(charge_type, subtotal) AS
    CASE replace(lower(replace(charge_type, ' ', '')), 'fees', 'fee')
        WHEN 'new' THEN 'new'
        WHEN 'newpurchasecyclefee' THEN 'new'
        WHEN 'proratefeewhenpurchase' THEN 'new'
        WHEN 'proratefeewhenpurchased' THEN 'new'
        WHEN 'proratefeewhenbuy' THEN 'new'
        WHEN 'purchasefee' THEN 'new'
        WHEN 'activationfee' THEN 'new'
        WHEN 'proratefeewhenrenew' THEN 'renew'
        WHEN 'cyclefee' THEN 'cycle_fee'
        WHEN 'cycleinstanceprorate'
            THEN CASE WHEN subtotal < 0 THEN 'remove_quantity' ELSE 'add_quantity' END
        WHEN 'proratefeewhenconverttoanewoffering' THEN 'convert'
        WHEN 'proratefeewhenconvertawayfromcurrentoffering' THEN 'convert'
        WHEN 'convertfrominstanceprorate' THEN 'convert'
        WHEN 'cancel' THEN 'cancel'
        WHEN 'cancelfee' THEN 'cancel'
        WHEN 'cancelinstanceprorate' THEN 'cancel'
        WHEN 'proratefeewhencancel' THEN 'cancel'
        WHEN 'proratefeewhenactivate' THEN 'reactivate'
        WHEN 'offsetalineitem' THEN 'credit'
        WHEN 'activationdiscount' THEN 'discount'
        WHEN 'cyclediscount' THEN 'discount'
        WHEN 'renewdiscount' THEN 'discount'
        WHEN 'canceldiscount' THEN 'discount'
        WHEN 'assessusagefeeforcurrentcycle' THEN 'usage'
        WHEN 'assessusagefeewhencancel' THEN 'usage'
        ELSE 'other'
    END
