-- Each subscription of a snapshot as its newest row tells it, with the last hop's cost centre.
SELECT
    s.snapshot_id, s.subscription_id,
    try_cast(s.subscription_no AS BIGINT) AS subscription_no,
    s.name, s.start_date, s.end_date, s.po_number, s.sku_id, s.billing_frequency,
    try_cast(s.plan_rate_id AS BIGINT) AS plan_rate_id,
    try_cast(s.rate_period_id AS BIGINT) AS rate_period_id,
    last_hop.seller_id AS direct_seller_id,
    coalesce(last_hop.cost_center, s.cost_center) AS customer_cost_center
FROM reference_subscriptions AS s
LEFT JOIN (
    SELECT snapshot_id, contract_id, seller_id, cost_center
    FROM reference_contracts
    QUALIFY row_number() OVER (PARTITION BY snapshot_id, contract_id ORDER BY valid_from DESC) = 1
) AS last_hop ON s.snapshot_id = last_hop.snapshot_id AND s.contract_id = last_hop.contract_id
QUALIFY row_number() OVER (
    PARTITION BY s.snapshot_id, s.subscription_id ORDER BY s.valid_from DESC
) = 1
