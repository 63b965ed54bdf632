-- What makes the price lines of a subscription add up to its consolidated lines (rulings 1).
WITH printed AS (
    SELECT ordinal, subscription_id, sum(amount) AS amount
    FROM price_line GROUP BY ordinal, subscription_id
),
shown AS (
    SELECT doc.ordinal, l.subscription_id, sum(l.total_price) AS amount
    FROM document AS doc
    INNER JOIN invoice_line AS l ON doc.run_id = l.run_id AND doc.invoice_id = l.invoice_id
    GROUP BY doc.ordinal, l.subscription_id
),
difference AS (
    SELECT printed.ordinal, printed.subscription_id, shown.amount - printed.amount AS amount
    FROM printed
    INNER JOIN shown USING (ordinal, subscription_id)
    WHERE shown.amount <> printed.amount
)
SELECT
    p.ordinal, any_value(p.is_purchase) AS is_purchase, min(p.customer_id) AS customer_id,
    p.subscription_id, TRUE AS is_rounding,
    'mr_' || left(sha256(string_agg(p.match_key, chr(31) ORDER BY p.match_key)), 30) AS match_key,
    'rounding' AS line_kind, NULL::VARCHAR AS sku_id, 'Rounding' AS description,
    NULL::VARCHAR AS order_id,
    max(p.end_date) AS start_date, max(p.end_date) AS end_date,
    NULL::VARCHAR AS file_id, NULL::BIGINT AS row_number,
    1::DECIMAL(38, 18) AS quantity,
    abs(any_value(d.amount)) AS unit_price,
    any_value(d.amount) AS amount
FROM price_line AS p
INNER JOIN difference AS d USING (ordinal, subscription_id)
GROUP BY p.ordinal, p.subscription_id
