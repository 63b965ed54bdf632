-- The rate period of each resource rate that applies to each plan period: exactly one (R-204).
SELECT
    period.snapshot_id, period.plan_rate_id, sold.plan_period_id,
    min(period.rate_period_id::BIGINT) AS rate_period_id
FROM reference_rate_periods AS period
INNER JOIN reference_plan_rates AS rate
    ON period.snapshot_id = rate.snapshot_id AND period.plan_rate_id = rate.plan_rate_id
INNER JOIN reference_plan_periods AS sold
    ON rate.snapshot_id = sold.snapshot_id
    AND rate.plan_id = sold.plan_id
    AND period.period = sold.period
    AND lower(period.period_type) = lower(sold.period_type)
GROUP BY period.snapshot_id, period.plan_rate_id, sold.plan_period_id
