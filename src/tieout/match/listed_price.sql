-- For each question and hop: the price of the list in the hop's currency, the most specific key
-- first, then the newest (rulings 7, 15, 31). Two different prices that fit equally well are none.
-- A subscription without a segment fits rows of every segment, none of them better for naming one.
WITH asked AS (
    SELECT
        hop.pricing_id, hop.hop, hop.vendor_id, hop.era, hop.c.currency AS currency,
        listed[1] AS product_id, listed[2] AS sku_id, listed[3] AS term,
        months_of_plan(listed[4]) AS plan_months, listed[5] AS meter_id,
        try_cast(listed[6] AS DECIMAL(38, 24)) AS unit_price,
        nullif(listed[7], '') AS segment,
        upper(customer.country) AS market
    FROM asked_hop AS hop
    LEFT JOIN organizations AS customer ON customer.organization_id = hop.end_customer_id
    WHERE hop.hop > 1 AND listed IS NOT NULL
),
fitting AS (
    SELECT
        asked.pricing_id, asked.hop, list.price, list.valid_from,
        list.price_scale * CASE
            WHEN list.is_per_cycle THEN 1
            ELSE list.term_months // coalesce(months_of_plan(list.billing_plan), plan_months, list.term_months)
        END AS price_down,
        (list.meter_id IS NOT NULL)::INT + (list.term IS NOT NULL)::INT
            + (list.billing_plan IS NOT NULL)::INT + (list.market IS NOT NULL)::INT
            + (asked.segment IS NOT NULL AND list.segment IS NOT NULL)::INT AS keys
    FROM asked
    JOIN list_price AS list USING (vendor_id, product_id, sku_id, currency)
    WHERE asked.era >= list.valid_from AND asked.era < list.valid_to
        AND (list.term IS NULL OR upper(list.term) = upper(asked.term))
        AND (
            list.billing_plan IS NULL
            OR months_of_plan(list.billing_plan) IS NOT DISTINCT FROM asked.plan_months
        )
        AND (list.meter_id IS NULL OR list.meter_id = asked.meter_id)
        AND (list.market IS NULL OR list.market = asked.market)
        AND (list.segment IS NULL OR asked.segment IS NULL OR list.segment = asked.segment)
        AND (NOT list.is_tiered OR list.unit_price = asked.unit_price)
        AND (list.is_per_cycle OR list.term_months IS NOT NULL)
),
narrowest AS (
    SELECT * FROM fitting
    QUALIFY rank() OVER (PARTITION BY pricing_id, hop ORDER BY keys DESC, valid_from DESC) = 1
)
SELECT pricing_id, hop, min(price) AS price, min(price_down) AS price_down
FROM narrowest
WHERE price_down > 0
GROUP BY pricing_id, hop
HAVING count(DISTINCT (price, price_down)) = 1
