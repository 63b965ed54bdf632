-- Our word for a FOCUS charge: its class first, then its category, a purchase by its frequency.
CREATE OR REPLACE TEMP MACRO focus_charge_kind(category, class, frequency) AS
    CASE
        WHEN lower(trim(class)) = 'correction' THEN 'correction'
        ELSE CASE lower(trim(category))
            WHEN 'usage' THEN 'usage'
            WHEN 'purchase'
                THEN CASE WHEN lower(trim(frequency)) = 'recurring' THEN 'cycle_fee' ELSE 'new' END
            WHEN 'tax' THEN 'tax'
            WHEN 'credit' THEN 'credit'
            WHEN 'adjustment' THEN 'correction'
            ELSE 'other'
        END
    END
