-- The lines after this hop: a total that the rule left unchanged keeps the vendor's digits.
SELECT
    * EXCLUDE (
        rule_up, rule_down, own_price, is_own_price, is_gap_share,
        gap_list_down, is_kept, left_units, rate_up, rate_down, fine_up, fine_down, policy, policy_version, price_sign,
        minor_grain, quantity_units, start, unit_start, effective_start, prorate_up, prorate_down,
        quantity_whole, quantity_scale
    )
    REPLACE (
        CASE WHEN NOT is_own_price AND total = cost_total THEN total_price_digits END AS total_price_digits,
        CASE WHEN NOT is_own_price AND unit = cost_unit THEN unit_price_digits END AS unit_price_digits,
        CASE WHEN NOT is_own_price AND effective = cost_effective THEN effective_unit_price_digits END
            AS effective_unit_price_digits
    ),
    total_price_digits AS cost_total_digits,
    effective_unit_price_digits AS cost_effective_digits,
    policy_version AS line_policy,
    total IS NULL
        OR (unit IS NULL AND unit_start IS NOT NULL)
        OR (effective IS NULL AND effective_start IS NOT NULL) AS is_unfit
FROM hop_result
