-- For each seller, currency pair and invoice date: the exchange rate, as a fraction (rulings 8, 31).
WITH asked AS (
    SELECT DISTINCT
        hop.seller_id, path.hops[n.n - 1].currency AS from_currency,
        hop.currency AS to_currency,
        (getvariable('next_month')::DATE + hop.billing_day - 1)::DATE AS invoice_date
    FROM contract_path AS path, range(2, 9) AS n(n), LATERAL (SELECT path.hops[n.n] AS hop)
    WHERE n.n <= len(path.hops) AND hop.currency <> path.hops[n.n - 1].currency
),
quoted AS (
    SELECT
        asked.*,
        rate.base_rate::DECIMAL(38, 18) AS base_rate,
        coalesce(rate.surcharge::DECIMAL(38, 18), 0) AS surcharge,
        rate.source, rate.date::DATE AS date, rate.organization_id,
        row_number() OVER (
            PARTITION BY asked.seller_id, asked.from_currency, asked.to_currency, asked.invoice_date
            ORDER BY
                rate.organization_id IS NULL, rate.date::DATE DESC,
                CASE lower(rate.source) WHEN 'custom' THEN 0 WHEN 'ecb' THEN 1 ELSE 2 END,
                rate.source
        ) AS choice
    FROM asked
    JOIN exchange_rates AS rate
        ON rate."from" = asked.from_currency
        AND rate."to" = asked.to_currency
        AND (rate.organization_id IS NULL OR rate.organization_id = asked.seller_id)
        AND rate.date::DATE <= asked.invoice_date
        AND rate.date::DATE >= asked.invoice_date - 7
),
reduced AS (
    SELECT
        *,
        units(base_rate) AS base, 100000000000000::HUGEINT + units(surcharge) // 1000000 AS whole,
        gcd(units(base_rate), 1000000000000000000::HUGEINT) AS base_common,
        gcd(100000000000000::HUGEINT + units(surcharge) // 1000000, 100000000000000::HUGEINT) AS whole_common
    FROM quoted
    WHERE choice = 1
),
multiplied AS (
    SELECT
        *,
        (base // base_common) * (whole // whole_common) AS up,
        (1000000000000000000::HUGEINT // base_common) * (100000000000000::HUGEINT // whole_common) AS down
    FROM reduced
)
SELECT
    seller_id, from_currency, to_currency, invoice_date, source, date, organization_id,
    base_rate, surcharge,
    up // gcd(up, down) AS rate_up, down // gcd(up, down) AS rate_down
FROM multiplied
