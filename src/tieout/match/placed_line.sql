-- Every line with its subscription, its chain and its charge cycle, or what is missing; and what
-- it asks the price rules: only what some rule tells apart.
WITH joined AS (
    SELECT
        line.* EXCLUDE (term, billing_plan, meter_id),
        owner.found,
        owner.subscription_id AS our_subscription_id,
        owner.place AS subscription_place,
        path.path_id,
        path.customer_id AS end_customer_id,
        path.hops[1].currency AS first_currency,
        len(path.hops) AS hops,
        line.is_yearly OR coalesce(owner.is_yearly, FALSE) AS yearly,
        coalesce(line.subscription_start_date, owner.start_date) AS anchor_date,
        CASE WHEN asker.is_any OR list_contains(asker.products, line.product_id)
            OR list_contains(asker.skus, line.sku_id) OR list_contains(asker.families, line.product_family) THEN
            concat_ws(
                chr(31),
                coalesce(line.product_id, ''), coalesce(line.sku_id, ''),
                CASE WHEN line.is_usage THEN 'payG-1' ELSE coalesce(owner.term, line.term, '') END,
                coalesce(line.billing_plan, lower(owner.billing_frequency), ''),
                coalesce(line.meter_id, ''),
                CASE
                    WHEN (line.product_id, line.sku_id) IN (
                        SELECT (product_id, sku_id) FROM list_price WHERE is_tiered
                    ) THEN line.unit_price::VARCHAR
                    ELSE ''
                END,
                coalesce(owner.segment, '')
            )
        END AS asked_list
    FROM classified_line AS line
    LEFT JOIN owner
        ON owner.vendor = line.vendor
        AND owner.vendor_subscription_id IS NOT DISTINCT FROM line.subscription_id
        AND owner.entitlement_id IS NOT DISTINCT FROM line.entitlement_id
        AND owner.match_date IS NOT DISTINCT FROM line.match_date
    LEFT JOIN contract_path AS path
        ON path.leaf_contract_id = owner.contract_id
        AND line.match_date >= path.valid_from
        AND line.match_date < path.valid_to
    LEFT JOIN list_asker AS asker ON asker.path_id = path.path_id
),
started AS (
    SELECT
        *,
        CASE
            WHEN is_undivided THEN charge_start_date
            WHEN yearly THEN year_cycle_start(charge_start_date, anchor_date)
            ELSE month_cycle_start(charge_start_date, day(anchor_date))
        END AS cycle_start
    FROM joined
),
ended AS (
    SELECT
        *,
        CASE
            WHEN is_undivided THEN charge_end_date
            WHEN yearly THEN coalesce(year_cycle_last(cycle_start, anchor_date), charge_start_date)
            ELSE coalesce(month_cycle_last(cycle_start, day(anchor_date)), charge_start_date)
        END AS first_cycle_end
    FROM started
),
cycled AS (
    SELECT
        *,
        CASE
            WHEN is_undivided OR charge_end_date BETWEEN cycle_start AND first_cycle_end THEN first_cycle_end
            WHEN yearly THEN year_cycle_end(charge_end_date, anchor_date)
            ELSE month_cycle_end(charge_end_date, day(anchor_date))
        END AS cycle_end
    FROM ended
),
dated AS (
    SELECT
        *,
        CASE
            WHEN coalesce(found, 0) = 0 THEN 'NO_SUBSCRIPTION'
            WHEN found > 1 THEN 'AMBIGUOUS_SUBSCRIPTION'
            WHEN path_id IS NULL THEN 'NO_CONTRACT'
            WHEN first_currency <> billing_currency THEN 'CURRENCY_MISMATCH'
        END AS missing,
        CASE WHEN charge_type_id = 3 THEN coalesce(cycle_start, match_date) ELSE match_date END AS rule_date
    FROM cycled
)
SELECT
    *,
    CASE WHEN our_subscription_id IN (SELECT subscription_id FROM rule WHERE subscription_id IS NOT NULL)
        THEN our_subscription_id END AS asked_subscription_id,
    CASE WHEN product_id IN (SELECT product_id FROM rule WHERE product_id IS NOT NULL)
        THEN product_id END AS asked_product_id,
    CASE WHEN sku_id IN (SELECT sku_id FROM rule WHERE sku_id IS NOT NULL)
        THEN sku_id END AS asked_sku_id,
    CASE WHEN product_family IN (SELECT product_family FROM rule WHERE product_family IS NOT NULL)
        THEN product_family END AS asked_product_family,
    CASE WHEN charge_type_id IN (SELECT class_id FROM rule WHERE class_id IS NOT NULL)
        THEN charge_type_id END AS asked_class_id
FROM dated
