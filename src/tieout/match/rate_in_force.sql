-- For each seller, currency pair and invoice date: the exchange rate, as a fraction (rulings 8, 31).
-- Where nobody quotes the pair, Microsoft's sheet gives it by USD: USD per unit of the one over USD
-- per unit of the other, of the same day, never inverted at rest (arithmetic.md 9).
WITH asked AS (
    SELECT DISTINCT
        hop.seller_id, path.hops[n.n - 1].currency AS from_currency,
        hop.currency AS to_currency,
        (getvariable('next_month')::DATE + hop.billing_day - 1)::DATE AS invoice_date
    FROM contract_path AS path, range(2, 9) AS n(n), LATERAL (SELECT path.hops[n.n] AS hop)
    WHERE n.n <= len(path.hops) AND hop.currency <> path.hops[n.n - 1].currency
),
near AS (
    SELECT
        rate."from", rate."to", rate.source, rate.date::DATE AS date, rate.organization_id,
        replace((rate.base_rate::DECIMAL(38, 24))::VARCHAR, '.', '')::HUGEINT AS base,
        coalesce(rate.surcharge::DECIMAL(38, 18), 0) AS surcharge
    FROM exchange_rates AS rate
    WHERE rate.date::DATE <= (SELECT max(invoice_date) FROM asked)
        AND rate.date::DATE >= (SELECT min(invoice_date) FROM asked) - 7
),
per_usd AS (
    SELECT "from" AS currency, date, organization_id, source, base
    FROM near
    WHERE "to" = 'USD' AND source = 'Microsoft' AND surcharge = 0
    UNION ALL
    SELECT DISTINCT 'USD', date, organization_id, source, 1000000000000000000000000::HUGEINT
    FROM near
    WHERE "to" = 'USD' AND source = 'Microsoft' AND surcharge = 0
),
offered AS (
    SELECT
        "from" AS from_currency, "to" AS to_currency, date, organization_id, source, surcharge,
        base, 1000000000000000000000000::HUGEINT AS per, FALSE AS is_by_usd
    FROM near
    UNION ALL
    SELECT
        bought.currency, sold.currency, date, bought.organization_id, source, 0,
        bought.base, sold.base, TRUE
    FROM per_usd AS bought
    JOIN per_usd AS sold USING (date, source)
    WHERE bought.organization_id IS NOT DISTINCT FROM sold.organization_id
        AND (bought.currency, sold.currency) IN (SELECT (from_currency, to_currency) FROM asked)
        AND sold.base > 0
),
quoted AS (
    SELECT
        asked.*,
        rate.base, rate.per, rate.surcharge, rate.source, rate.date, rate.organization_id,
        row_number() OVER (
            PARTITION BY asked.seller_id, asked.from_currency, asked.to_currency, asked.invoice_date
            ORDER BY
                rate.is_by_usd, rate.organization_id IS NULL, rate.date DESC,
                CASE lower(rate.source) WHEN 'custom' THEN 0 WHEN 'ecb' THEN 1 ELSE 2 END,
                rate.source
        ) AS choice
    FROM asked
    JOIN offered AS rate
        ON rate.from_currency = asked.from_currency
        AND rate.to_currency = asked.to_currency
        AND (rate.organization_id IS NULL OR rate.organization_id = asked.seller_id)
        AND rate.date <= asked.invoice_date
        AND rate.date >= asked.invoice_date - 7
),
reduced AS (
    SELECT
        *,
        100000000000000::HUGEINT + units(surcharge) // 1000000 AS whole,
        gcd(base, per) AS base_common,
        gcd(100000000000000::HUGEINT + units(surcharge) // 1000000, 100000000000000::HUGEINT) AS whole_common
    FROM quoted
    WHERE choice = 1
),
multiplied AS (
    SELECT
        *,
        (base // base_common) * (whole // whole_common) AS product,
        (per // base_common) * (100000000000000::HUGEINT // whole_common) AS divisor
    FROM reduced
),
lowest AS (
    SELECT *, product // gcd(product, divisor) AS up, divisor // gcd(product, divisor) AS down
    FROM multiplied
),
-- what it shares with a power of ten apart, where the fraction has more than 18 digits
split AS (
    SELECT
        *,
        CASE WHEN up < 1000000000000000000 THEN 1 ELSE gcd(up, 100000000000000000::HUGEINT) END::HUGEINT AS fine_up,
        CASE WHEN down < 1000000000000000000 THEN 1 ELSE gcd(down, 100000000000000000::HUGEINT) END::HUGEINT
            AS fine_down
    FROM lowest
)
SELECT
    seller_id, from_currency, to_currency, invoice_date, source, date, organization_id, surcharge,
    up // fine_up AS rate_up, down // fine_down AS rate_down, fine_up, fine_down
FROM split
