-- For each question and hop: the contract, the rule in force with the narrowest scope, the rate.
WITH fitting AS (
    SELECT asked.pricing_id, asked.hop, rule.*
    FROM asked_hop AS asked
    JOIN rule
        ON rule.contract_id = asked.c.contract_id
        AND asked.hop > 1
        AND asked.era >= rule.valid_from
        AND asked.era < rule.valid_to
        AND (rule.subscription_id IS NULL OR rule.subscription_id = asked.asked_subscription_id)
        AND (rule.customer_id IS NULL OR rule.customer_id = asked.end_customer_id)
        AND (rule.product_id IS NULL OR rule.product_id = asked.asked_product_id)
        AND (rule.sku_id IS NULL OR rule.sku_id = asked.asked_sku_id)
        AND (rule.product_family IS NULL OR rule.product_family = asked.asked_product_family)
        AND (rule.class_id IS NULL OR rule.class_id = asked.asked_class_id)
),
chosen AS (
    SELECT * FROM fitting
    QUALIFY row_number() OVER (PARTITION BY pricing_id, hop ORDER BY rank, rule_id) = 1
),
answered AS (
    SELECT
        asked.pricing_id,
        asked.hop,
        asked.c.contract_id AS contract_id,
        asked.c.seller_id AS seller_id,
        asked.c.buyer_id AS buyer_id,
        asked.c.currency AS currency,
        asked.cost_currency,
        asked.c.policy AS policy,
        chosen.rule_id,
        chosen.kind,
        chosen.kind IN ('fixed', 'list', 'discount_on_list') AS is_own_price,
        coalesce(chosen.kind = 'gap_share', FALSE) AS is_gap_share,
        coalesce(chosen.rule_up, 1) AS rule_up,
        coalesce(chosen.rule_down, 1) * CASE
            WHEN chosen.kind IN ('list', 'discount_on_list') THEN coalesce(listed.price_down, 1)
            ELSE 1
        END AS rule_down,
        CASE WHEN chosen.kind = 'gap_share' THEN listed.price_down ELSE 1 END AS gap_list_down,
        CASE WHEN chosen.kind = 'fixed' THEN units(chosen.value::DECIMAL(38, 18)) ELSE listed.price END AS own_price,
        -- what a discount on the list leaves of it, in 10^-6; null where it has more decimals
        CASE
            WHEN chosen.kind = 'discount_on_list'
                AND chosen.value::DECIMAL(38, 18) = chosen.value::DECIMAL(38, 4)
                THEN 1000000 - (chosen.value::DECIMAL(38, 4) * 10000)::BIGINT
        END AS list_left,
        coalesce(chosen.charge_free, 'no') = 'yes' AS charge_free,
        coalesce(rate.rate_up, 1) AS rate_up,
        coalesce(rate.rate_down, 1) AS rate_down,
        coalesce(rate.fine_up, 1) AS fine_up,
        coalesce(rate.fine_down, 1) AS fine_down,
        CASE
            WHEN asked.hop > 1 AND asked.c.currency = asked.cost_currency THEN 1
            WHEN asked.hop > 1 THEN amount((
                rate.rate_up * 1000000000000000000 // rate.rate_down * rate.fine_up
                + rate.rate_up * 1000000000000000000 % rate.rate_down * rate.fine_up // rate.rate_down
            ) // rate.fine_down)
        END AS exchange_rate,
        CASE
            WHEN asked.hop = 1 THEN NULL
            WHEN chosen.rule_id IS NULL THEN 'NO_PRICE_RULE'
            WHEN chosen.kind IN ('list', 'discount_on_list', 'gap_share') AND listed.price IS NULL THEN 'NO_LIST_PRICE'
            WHEN chosen.kind NOT IN ('fixed', 'list', 'discount_on_list') AND asked.c.currency <> asked.cost_currency
                AND rate.rate_up IS NULL THEN 'NO_EXCHANGE_RATE'
            WHEN chosen.kind = 'fixed' AND chosen.currency <> asked.c.currency THEN 'NO_PRICE_RULE'
        END AS missing,
        chosen.earned_credit = 'keep' AND chosen.kind IN ('markup', 'margin', 'pass_through', 'gap_share') AS keeps_credit
    FROM asked_hop AS asked
    LEFT JOIN chosen USING (pricing_id, hop)
    LEFT JOIN listed_price AS listed USING (pricing_id, hop)
    LEFT JOIN rate_in_force AS rate
        ON rate.seller_id = asked.c.seller_id
        AND rate.from_currency = asked.cost_currency
        AND rate.to_currency = asked.c.currency
        AND rate.invoice_date = (getvariable('next_month')::DATE + asked.c.billing_day - 1)::DATE
)
-- factors from 10^18 on leave exact arithmetic no room for an amount
SELECT
    * REPLACE (coalesce(
        missing,
        CASE WHEN greatest(rule_up, rule_down, rate_up, rate_down) >= 1000000000000000000::HUGEINT
            THEN 'AMOUNT_TOO_WIDE' END
    ) AS missing)
FROM answered
