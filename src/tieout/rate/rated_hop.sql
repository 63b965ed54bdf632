-- The working rows after this hop: a total that the rule left unchanged keeps the vendor's digits.
SELECT
    * EXCLUDE (
        total_digits, unit_digits, effective_digits, kind, rule_up, rule_down, fixed_price, rate_up, rate_down,
        is_fixed, policy, policy_version, price_sign, minor_grain, is_coarse, start, unit_start, effective_start,
        prorate_up, prorate_down, quantity_whole, quantity_scale
    ),
    CASE WHEN NOT is_fixed AND total = cost_total THEN total_digits END AS total_digits,
    CASE WHEN NOT is_fixed AND unit = cost_unit THEN unit_digits END AS unit_digits,
    CASE WHEN NOT is_fixed AND effective = cost_effective THEN effective_digits END AS effective_digits,
    total_digits AS cost_total_digits,
    effective_digits AS cost_effective_digits,
    policy_version AS line_policy,
    total IS NULL
        OR (unit IS NULL AND unit_start IS NOT NULL)
        OR (effective IS NULL AND effective_start IS NOT NULL) AS is_unfit
FROM hop_result
