-- Of each visible invoice to an end customer with a preferred currency: that currency and the rate into it
-- (reporting-api.md 6.5), from the reference data that the invoice was made with. The rate is of the invoice
-- date, else of the nearest of seven days before; the seller's own one comes first (rulings 8 and 31).
WITH wanted AS (
    SELECT
        i.ordinal, i.snapshot_id, i.seller_id, i.currency, left(i.invoice_date, 10)::DATE AS invoice_date,
        buyer.preferred_currency
    FROM visible_invoice AS i
    JOIN reference_organizations AS buyer
        ON buyer.snapshot_id = i.snapshot_id
        AND buyer.organization_id = i.buyer_id
        AND buyer.role = 'customer'
        AND buyer.preferred_currency IS NOT NULL
),
quoted AS (
    SELECT
        wanted.ordinal, units(rate.base_rate::DECIMAL(38, 18)) AS base,
        -- the surcharge on 100 %, to its 12th decimal as rating takes it
        100000000000000::HUGEINT + units(coalesce(rate.surcharge::DECIMAL(38, 18), 0)) // 1000000 AS whole
    FROM wanted
    JOIN reference_exchange_rates AS rate
        ON rate.snapshot_id = wanted.snapshot_id
        AND rate."from" = wanted.currency
        AND rate."to" = wanted.preferred_currency
        AND (rate.organization_id IS NULL OR rate.organization_id = wanted.seller_id)
        AND rate.date::DATE BETWEEN wanted.invoice_date - 7 AND wanted.invoice_date
    QUALIFY row_number() OVER (
        PARTITION BY wanted.ordinal
        ORDER BY
            rate.organization_id IS NULL, rate.date DESC,
            CASE lower(rate.source) WHEN 'custom' THEN 0 WHEN 'ecb' THEN 1 ELSE 2 END,
            rate.source
    ) = 1
),
reduced AS (
    SELECT
        ordinal, base, whole // gcd(whole, 100000000000000::HUGEINT) AS up,
        100000000000000::HUGEINT // gcd(whole, 100000000000000::HUGEINT) AS down
    FROM quoted
)
SELECT
    wanted.ordinal, wanted.preferred_currency,
    CASE
        WHEN wanted.preferred_currency = wanted.currency THEN 1
        ELSE amount(base // down * up + (2 * (base % down) * up + down) // (2 * down))
    END::DECIMAL(38, 18) AS preferred_rate,
    coin.digits AS preferred_digits,
    ('1' || repeat('0', 18 - coin.digits))::HUGEINT AS preferred_minor -- one minor unit in units
FROM wanted
LEFT JOIN reduced USING (ordinal)
LEFT JOIN currency_coin AS coin ON coin.currency = wanted.preferred_currency
