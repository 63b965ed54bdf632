-- Keys whose quantity x duration adds up to the same on both sides, exactly to the 36th decimal:
-- whole numbers, units of 10^-18 and units of 10^-36 are summed apart and carried once.
WITH factor AS (
    SELECT
        side, tier_key,
        units(quantity) // 1000000000000000000::HUGEINT AS q_whole,
        units(quantity) % 1000000000000000000::HUGEINT AS q_rest,
        units(duration) // 1000000000000000000::HUGEINT AS d_whole,
        units(duration) % 1000000000000000000::HUGEINT AS d_rest
    FROM tier_line
),
summed AS (
    SELECT
        side, tier_key,
        sum(q_whole * d_whole) AS whole,
        sum(q_whole * d_rest + q_rest * d_whole + q_rest * d_rest // 1000000000000000000::HUGEINT)
            AS middle,
        sum(q_rest * d_rest % 1000000000000000000::HUGEINT) AS rest
    FROM factor
    GROUP BY side, tier_key
),
carried AS (
    SELECT
        side, tier_key, whole,
        middle + rest // 1000000000000000000::HUGEINT AS middle,
        rest % 1000000000000000000::HUGEINT AS rest
    FROM summed
),
total AS (
    SELECT
        tier_key,
        whole + middle // 1000000000000000000::HUGEINT AS whole,
        middle % 1000000000000000000::HUGEINT AS middle,
        rest
    FROM carried
)
SELECT tier_key
FROM total
GROUP BY tier_key
HAVING count(*) = 2
    AND min(whole) = max(whole) AND min(middle) = max(middle) AND min(rest) = max(rest)
