-- Each subscription with a line, as the newest row of its snapshot tells it: its plan, its one rate
-- id, the SKU names of its plan, its last hop.
WITH newest AS (
    SELECT *
    FROM reference_subscriptions
    WHERE subscription_id IN (SELECT subscription_id FROM core_line)
    QUALIFY row_number() OVER (
        PARTITION BY snapshot_id, subscription_id ORDER BY valid_from DESC
    ) = 1
),
rated AS (
    SELECT
        s.*,
        coalesce(s.rate_period_id::BIGINT, applies.rate_period_id) AS applied_period_id,
        (s.snapshot_id, s.plan_rate_id) IN (
            SELECT (snapshot_id, plan_rate_id) FROM reference_rate_periods
        ) AS is_priced_by_period
    FROM newest AS s
    LEFT JOIN rate_period AS applies
        ON s.snapshot_id = applies.snapshot_id
        AND s.plan_rate_id = applies.plan_rate_id
        AND s.plan_period_id = applies.plan_period_id
),
last_hop AS (
    SELECT snapshot_id, contract_id, seller_id
    FROM reference_contracts
    WHERE contract_id IN (SELECT contract_id FROM newest)
    QUALIFY row_number() OVER (PARTITION BY snapshot_id, contract_id ORDER BY valid_from DESC) = 1
)
SELECT
    s.snapshot_id, s.subscription_id,
    try_cast(s.subscription_no AS BIGINT) AS subscription_no,
    s.name, s.start_date, s.end_date, s.po_number, s.order_id, s.sku_id, s.billing_frequency,
    s.consumer_name, s.consumer_number,
    coalesce(s.plan_id, rate.plan_id, sold.plan_id)::BIGINT AS plan_id, plan.name AS plan_name, plan.category AS plan_category,
    CASE lower(plan.billing_model)
        WHEN '0' THEN 0 WHEN 'recurring' THEN 0 WHEN '1' THEN 1 WHEN 'usage' THEN 1
        WHEN '2' THEN 2 WHEN 'one_time' THEN 2
    END AS billing_model,
    CASE WHEN s.applied_period_id IS NULL THEN s.plan_rate_id::BIGINT END AS plan_rate_id,
    s.applied_period_id AS rate_period_id,
    s.is_priced_by_period AND s.applied_period_id IS NULL AS is_rate_period_missing,
    sold.setup_sku AS plan_setup_sku, sold.subscription_sku AS plan_subscription_sku,
    sold.renewal_sku AS plan_renewal_sku, sold.transfer_sku AS plan_transfer_sku,
    sold.cancellation_sku AS plan_cancellation_sku,
    coalesce(period.setup_sku, rate.setup_sku) AS rate_setup_sku,
    coalesce(period.recurring_sku, rate.recurring_sku) AS rate_recurring_sku,
    coalesce(period.overuse_sku, rate.overuse_sku) AS rate_overuse_sku,
    coalesce(period.cancellation_sku, rate.cancellation_sku) AS rate_cancellation_sku,
    last_hop.seller_id AS direct_seller_id,
    s.contract_id AS last_contract_id, s.cost_center
FROM rated AS s
LEFT JOIN last_hop ON s.snapshot_id = last_hop.snapshot_id AND s.contract_id = last_hop.contract_id
LEFT JOIN reference_plan_periods AS sold
    ON s.snapshot_id = sold.snapshot_id AND s.plan_period_id = sold.plan_period_id
LEFT JOIN reference_rate_periods AS period
    ON s.snapshot_id = period.snapshot_id AND s.applied_period_id = period.rate_period_id::BIGINT
LEFT JOIN reference_plan_rates AS rate
    ON s.snapshot_id = rate.snapshot_id
    AND coalesce(s.plan_rate_id, period.plan_rate_id) = rate.plan_rate_id
-- a subscription that names its rate or its plan period need not name their plan
LEFT JOIN reference_plans AS plan
    ON s.snapshot_id = plan.snapshot_id
    AND coalesce(s.plan_id, rate.plan_id, sold.plan_id) = plan.plan_id
