-- What the hop's policy is applied to, as integers: a factor on what the seller pays, or a price.
WITH priced AS (
    SELECT
        rated.* EXCLUDE (
            total_price, unit_price, effective_unit_price,
            line_policy, cost_total, cost_unit, cost_effective, cost_total_digits, cost_effective_digits
        ),
        price.rule_up, price.rule_down, price.own_price, price.is_own_price,
        price.is_gap_share, price.gap_list_down,
        CASE WHEN price.is_own_price THEN 1 ELSE price.rate_up END AS rate_up,
        CASE WHEN price.is_own_price THEN 1 ELSE price.rate_down END AS rate_down,
        CASE WHEN price.is_own_price THEN 1 ELSE price.fine_up END AS fine_up,
        CASE WHEN price.is_own_price THEN 1 ELSE price.fine_down END AS fine_down,
        CASE
            WHEN price.policy = 'hop-exact' AND price.kind = 'fixed' THEN rated.profile
            ELSE price.policy
        END AS policy,
        rated.credit_hop = price.hop AS is_kept,
        CASE WHEN rated.sign = 0 AND price.charge_free THEN 1 ELSE rated.sign END AS price_sign,
        minor.grain::HUGEINT AS minor_grain,
        CASE WHEN rated.credit_hop = price.hop THEN units(rated.credit_left) END AS left_units,
        CASE WHEN price.is_own_price THEN units(rated.quantity) END AS quantity_units
    FROM rated
    JOIN hop_price AS price ON price.pricing_id = rated.pricing_id AND price.hop = getvariable('hop')
    JOIN minor_grain AS minor ON minor.currency = price.currency
)
SELECT
    *,
    CASE WHEN is_own_price THEN own_price * price_sign ELSE total END AS start,
    CASE WHEN is_own_price THEN own_price ELSE unit END AS unit_start,
    CASE WHEN is_own_price THEN own_price * price_sign ELSE effective END AS effective_start,
    CASE
        WHEN is_own_price THEN days_billed
        WHEN is_kept AND left_units % 1000000000000 = 0 THEN 1000000
        WHEN is_kept THEN 1000000000000000000
        ELSE 1
    END::HUGEINT AS prorate_up,
    CASE
        WHEN is_own_price THEN days_cycle
        WHEN is_kept AND left_units % 1000000000000 = 0 THEN left_units // 1000000000000
        WHEN is_kept THEN left_units
        ELSE 1
    END::HUGEINT AS prorate_down,
    CASE
        WHEN NOT is_own_price THEN 1::HUGEINT
        WHEN quantity_units % 1000000000000 = 0 THEN quantity_units // 1000000000000
        ELSE quantity_units
    END AS quantity_whole,
    CASE
        WHEN NOT is_own_price THEN 1::HUGEINT
        WHEN quantity_units % 1000000000000 = 0 THEN 1000000::HUGEINT
        ELSE 1000000000000000000::HUGEINT
    END AS quantity_scale
FROM priced
