-- Every line with its bucket, its rate, and a number that is the same in any order of the rows.
WITH hashed AS (
    SELECT filed.*, sha256(CAST(filed AS VARCHAR)) AS content_hash
    FROM filed_line AS filed
)
SELECT
    *,
    row_number() OVER (ORDER BY side, invoice_id, line_id, line_seq, content_hash) AS line_no,
    CASE
        WHEN subscription_id IS NOT NULL THEN 'subscription' || chr(31) || subscription_id
        ELSE 'customer' || chr(31) || coalesce(customer_id, '') || chr(31) || coalesce(vendor, '')
    END AS bucket,
    coalesce('period ' || rate_period_id, 'plan ' || plan_rate_id) AS rate,
    date_trunc('month', start_date)::DATE AS calendar_month,
    flag IS NULL AND is_published AS takes_part
FROM hashed
