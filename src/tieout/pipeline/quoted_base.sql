-- What the vendor's price list says of each question, per unit and cycle, in the currency of the first hop
-- of its chain: the most specific row (rulings 15). Two that fit equally well are none.
WITH asked AS (
    SELECT n.*, path.hops[1].currency AS first_currency, upper(customer.country) AS asked_market
    FROM numbered_price AS n
    JOIN contract_path AS path
        ON path.leaf_contract_id = n.last_contract_id
        AND path.valid_from <= getvariable('quote_day')::DATE
        AND getvariable('quote_day')::DATE < path.valid_to
    LEFT JOIN organizations AS customer ON customer.organization_id = path.customer_id
),
fitting AS (
    SELECT
        asked.asked_no,
        units(listed.unit_price::DECIMAL(38, 18)) AS listed_units,
        CASE
            WHEN coalesce(listed.price_period, 'cycle') = 'cycle' THEN 1
            ELSE coalesce(months_of_term(listed.term) // months_of_plan(listed.billing_plan), 1)
        END AS cycles,
        (listed.term IS NOT NULL)::INT + (listed.billing_plan IS NOT NULL)::INT
            + (listed.market IS NOT NULL)::INT + (listed.meter_id IS NOT NULL)::INT
            + (asked.segment IS NOT NULL AND listed.segment IS NOT NULL)::INT AS keys
    FROM asked
    JOIN price_list AS listed
        ON listed.vendor_id = asked.vendor_id
        AND listed.product_id = asked.product_id
        AND listed.sku_id = asked.sku_id
        AND listed.currency = asked.first_currency
        AND listed.valid_from <= getvariable('quote_day')
        AND getvariable('quote_day') < coalesce(listed.valid_to, '9999-12-31')
        AND (listed.term IS NULL OR upper(listed.term) = upper(asked.term))
        AND (listed.billing_plan IS NULL OR lower(listed.billing_plan) = lower(asked.billing_frequency)
            OR months_of_plan(listed.billing_plan) = months_of_plan(asked.billing_frequency))
        AND (listed.market IS NULL OR upper(listed.market) = asked.asked_market)
        AND (listed.segment IS NULL OR asked.segment IS NULL OR listed.segment = asked.segment)
        AND (listed.meter_id IS NULL OR listed.meter_id = asked.meter_id)
        AND coalesce(listed.tier_min::DECIMAL(38, 18), 0) <= asked.quantity
        AND (listed.tier_max IS NULL OR asked.quantity <= listed.tier_max::DECIMAL(38, 18))
),
narrowest AS (
    SELECT * FROM fitting
    QUALIFY rank() OVER (PARTITION BY asked_no ORDER BY keys DESC) = 1
),
agreed AS (
    SELECT asked_no, amount((2 * min(listed_units) + min(cycles)) // (2 * min(cycles))) AS unit_price
    FROM narrowest
    GROUP BY asked_no
    HAVING count(DISTINCT (listed_units, cycles)) = 1
)
SELECT asked.*, agreed.unit_price
FROM asked
LEFT JOIN agreed USING (asked_no)
