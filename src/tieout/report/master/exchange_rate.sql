-- The exchange rates that an organization goes by: its own and the generic ones, each with its surcharge
-- on it, exact and rounded at the 18th decimal, half away from zero.
WITH typed AS (
    SELECT
        *,
        base_rate::DECIMAL(38, 18) AS base,
        coalesce(surcharge::DECIMAL(38, 18), 0) AS percent
    FROM known_exchange_rates
    WHERE organization_id IS NULL OR organization_id = getvariable('rated')
),
counted AS (
    SELECT
        *,
        units(base) AS base_units,
        -- the surcharge on 100 %, to its 12th decimal as rating takes it, in lowest terms
        (100000000000000::HUGEINT + units(percent) // 1000000)
            // gcd(100000000000000::HUGEINT + units(percent) // 1000000, 100000000000000::HUGEINT) AS up,
        100000000000000::HUGEINT
            // gcd(100000000000000::HUGEINT + units(percent) // 1000000, 100000000000000::HUGEINT) AS down
    FROM typed
)
SELECT
    named_id(concat_ws(chr(31), 'rate', coalesce(organization_id, ''), "from", "to", source, date)) AS rate_id,
    "from" AS from_currency, "to" AS to_currency, source, date AS exchange_date,
    CASE WHEN organization_id IS NULL THEN 'Generic' ELSE 'Organization' END AS level,
    base AS base_rate, decimals(base_rate) AS base_rate_digits,
    percent AS surcharge, coalesce(decimals(surcharge), 0) AS surcharge_digits,
    -- whole units apart, so that what is multiplied keeps its room
    amount(
        base_units // down * up + (2 * (base_units % down) * up + down) // (2 * down)
    ) AS final_rate,
    organization_id IS NULL OR getvariable('sees_base') AS base_visible
FROM counted
