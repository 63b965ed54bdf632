-- Matched lines at hop 1: the vendor's amounts as printed, beside them as integers of 10^-18.
SELECT
    rowid + 1 AS charge_no, pricing_id, vendor,
    quantity, days_billed, days_cycle, profile, sign, credit_hop, credit_left, credit_hops,
    -- what the credit leaves of the price, in 10^-6; null where it has more decimals
    CASE WHEN credit_left::DECIMAL(38, 6) = credit_left THEN (credit_left * 1000000)::INT END AS left_of_credit,
    unit_price, unit_price_digits,
    effective_unit_price, effective_unit_price_digits,
    total_price, total_price_digits,
    units(total_price) AS total,
    units(unit_price) AS unit,
    units(effective_unit_price) AS effective,
    'vendor' AS line_policy,
    NULL::HUGEINT AS cost_total, NULL::HUGEINT AS cost_unit, NULL::HUGEINT AS cost_effective,
    NULL::UTINYINT AS cost_total_digits, NULL::UTINYINT AS cost_effective_digits
FROM matched_line
