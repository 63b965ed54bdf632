-- What makes the price lines of a subscription add up to its consolidated lines (rulings 1).
WITH printed AS (
    SELECT
        ordinal, subscription_id, any_value(is_purchase) AS is_purchase, any_value(hop) AS hop,
        min(customer_id) AS customer_id, sum(amount) AS amount, max(end_date) AS end_date,
        any_value(run_id) AS run_id, any_value(grain) AS grain, bool_or(is_wanted) AS is_wanted,
        max(max(source_id)) OVER (PARTITION BY ordinal) AS last_id
    FROM kept_line GROUP BY ordinal, subscription_id
),
shown AS (
    SELECT doc.ordinal, l.subscription_id, sum(l.total_price) AS amount
    FROM document AS doc
    INNER JOIN invoice_line AS l ON doc.run_id = l.run_id AND doc.invoice_id = l.invoice_id
    GROUP BY doc.ordinal, l.subscription_id
),
difference AS (
    SELECT printed.* EXCLUDE (amount), shown.amount - printed.amount AS amount
    FROM printed
    INNER JOIN shown USING (ordinal, subscription_id)
    WHERE shown.amount <> printed.amount
),
member AS (
    SELECT l.ordinal, l.subscription_id, string_agg(l.match_key, chr(31) ORDER BY l.match_key) AS keys
    FROM kept_line AS l
    SEMI JOIN difference USING (ordinal, subscription_id)
    GROUP BY l.ordinal, l.subscription_id
)
SELECT
    d.ordinal, d.is_purchase, d.is_wanted, d.hop, d.grain, d.run_id, d.customer_id, d.subscription_id,
    'mr_' || left(sha256(m.keys), 30) AS match_key,
    'Rounding' AS description, 'rounding' AS line_kind,
    d.end_date AS start_date, d.end_date,
    d.amount, d.amount AS exact_amount, abs(d.amount) AS gross,
    1::DECIMAL(38, 18) AS quantity, 1::DECIMAL(38, 18) AS duration,
    abs(d.amount) AS unit_price, 0::DECIMAL(38, 18) AS discount,
    1 AS line_seq, TRUE AS is_rounding,
    -- where the source gave the ids, the next ones
    d.last_id + row_number() OVER (PARTITION BY d.ordinal ORDER BY d.subscription_id) AS source_id
FROM difference AS d
INNER JOIN member AS m USING (ordinal, subscription_id)
