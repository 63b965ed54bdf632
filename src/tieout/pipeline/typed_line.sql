-- The checked cells of both files, typed; what may be empty and has a meaning then is filled in.
SELECT
    side, "row", invoice_id,
    line_id::BIGINT AS line_id,
    coalesce(line_seq, '1')::BIGINT AS line_seq,
    match_key, subscription_id, customer_id, vendor, rate_period_id, plan_rate_id, sku,
    start_date::DATE AS start_date,
    end_date::DATE AS end_date,
    quantity::DECIMAL(38, 18) AS quantity,
    duration::DECIMAL(38, 18) AS duration,
    coalesce(direction::INTEGER, CASE WHEN amount::DECIMAL(38, 18) < 0 THEN -1 ELSE 1 END)
        AS direction,
    line_kind,
    amount::DECIMAL(38, 18) AS amount,
    reservation_order, meter_category, flag,
    published IS DISTINCT FROM 'no' AS is_published,
    currency,
    invoice_date::DATE AS invoice_date, description
FROM both_file
