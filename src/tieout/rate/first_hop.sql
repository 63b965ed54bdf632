-- Matched lines at hop 1, narrow: the vendor's amounts as integers of 10^-18, digits as printed.
SELECT
    rowid AS line_no, file_no, row_number, pricing_id, hops, profile, sign, days_billed, days_cycle,
    units(quantity) AS quantity_units,
    units(total_price) AS total,
    total_price_digits AS total_digits,
    units(unit_price) AS unit,
    unit_price_digits AS unit_digits,
    units(effective_unit_price) AS effective,
    effective_unit_price_digits AS effective_digits,
    'vendor' AS line_policy,
    NULL::HUGEINT AS cost_total, NULL::HUGEINT AS cost_unit, NULL::HUGEINT AS cost_effective,
    NULL::UTINYINT AS cost_total_digits, NULL::UTINYINT AS cost_effective_digits
FROM matched_line
