-- Every line that is linked to nothing, with the first reason that applies.
WITH candidate AS (
    SELECT side, bucket, direction, coalesce(rate, '') AS rate, quantity, duration, start_date, end_date
    FROM open_line
    GROUP BY ALL
),
period AS (
    SELECT DISTINCT side, bucket, direction, rate, start_date, end_date FROM candidate
),
in_bucket AS (
    SELECT DISTINCT side, bucket FROM staged_line
    WHERE takes_part
),
meets_period AS (
    SELECT DISTINCT mine.*
    FROM period AS mine
    INNER JOIN period AS other
        ON mine.side <> other.side AND mine.bucket = other.bucket
        AND mine.direction = other.direction AND mine.rate = other.rate
        AND mine.start_date <= other.end_date AND other.start_date <= mine.end_date
),
meets_quantity AS (
    SELECT DISTINCT mine.*
    FROM candidate AS mine
    INNER JOIN candidate AS other
        ON mine.side <> other.side AND mine.bucket = other.bucket
        AND mine.direction = other.direction AND mine.rate = other.rate
        AND mine.quantity = other.quantity AND mine.duration = other.duration
        AND mine.start_date <= other.end_date AND other.start_date <= mine.end_date
),
mine AS (
    SELECT
        * REPLACE (coalesce(rate, '') AS rate),
        CASE WHEN side = 'purchase' THEN 'sales' ELSE 'purchase' END AS opposite
    FROM staged_line ANTI JOIN tied_line USING (line_no)
)
SELECT
    side, invoice_id, line_id, line_seq, amount,
    CASE
        WHEN flag = 'duplicate_conflict' THEN 'conflict_excluded'
        WHEN side = 'purchase' THEN 'unmatched_purchase'
        ELSE 'unmatched_sale'
    END AS status,
    CASE
        WHEN flag IS NOT NULL THEN flag
        WHEN line_kind = 'rounding' THEN 'rounding'
        WHEN NOT is_published OR (opposite, match_key) IN (
            SELECT (side, match_key) FROM staged_line
            WHERE NOT is_published AND match_key IS NOT NULL
        ) THEN 'not_published'
        WHEN (opposite, bucket) NOT IN (SELECT (side, bucket) FROM in_bucket) THEN 'no_counterpart'
        WHEN (opposite, bucket) NOT IN (SELECT (side, bucket) FROM candidate)
            THEN 'counterparts_exhausted'
        WHEN (opposite, bucket, direction) NOT IN (SELECT (side, bucket, direction) FROM candidate)
            THEN 'sign_differs'
        WHEN (opposite, bucket, direction, rate)
            NOT IN (SELECT (side, bucket, direction, rate) FROM candidate)
            THEN 'rate_differs'
        WHEN (side, bucket, direction, rate, start_date, end_date)
            NOT IN (SELECT (side, bucket, direction, rate, start_date, end_date) FROM meets_period)
            THEN 'period_differs'
        WHEN (side, bucket, direction, rate, quantity, duration, start_date, end_date) NOT IN (
            SELECT (side, bucket, direction, rate, quantity, duration, start_date, end_date)
            FROM meets_quantity
        ) THEN 'quantity_differs'
        ELSE 'ambiguous_count'
    END AS reason
FROM mine
ORDER BY side, invoice_id, line_id, line_seq, line_no
