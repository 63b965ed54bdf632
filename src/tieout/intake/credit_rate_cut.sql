-- The names of the columns cut to their scale, that of the earned credit among them where dividing
-- its percentage by 100 cuts digits.
CREATE OR REPLACE TEMP MACRO credit_rate_cut(inexact, rate) AS
    CASE
        WHEN rate <= 1 OR contains(inexact, 'partner_earned_credit_rate') THEN inexact
        WHEN units(rate) % 100 <> 0 THEN concat_ws(',', inexact, 'partner_earned_credit_rate')
        ELSE inexact
    END
