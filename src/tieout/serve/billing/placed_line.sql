-- Each printed line with all it prints, its place in the answer, and what stands around it.
WITH placed AS (
    SELECT
        p.*,
        row_number() OVER answer_order AS place,
        lag(p.ordinal) OVER answer_order IS DISTINCT FROM p.ordinal AS opens_document,
        lead(p.ordinal) OVER answer_order IS DISTINCT FROM p.ordinal AS closes_document,
        lag(p.customer_id) OVER answer_order IS DISTINCT FROM p.customer_id AS starts_customer,
        lead(p.customer_id) OVER answer_order IS DISTINCT FROM p.customer_id AS ends_customer,
        lag(p.subscription_id) OVER answer_order IS DISTINCT FROM p.subscription_id
            AS starts_subscription,
        lead(p.subscription_id) OVER answer_order IS DISTINCT FROM p.subscription_id
            AS ends_subscription
    FROM base_line AS p
    WINDOW answer_order AS (
        ORDER BY
            p.ordinal, p.account_no NULLS LAST, p.customer_id, p.subscription_no NULLS LAST,
            p.subscription_id, p.start_date, p.end_date, p.line_id, p.line_seq
    )
)
SELECT
    p.*,
    p.opens_document OR p.starts_customer AS opens_customer,
    p.closes_document OR p.ends_customer AS closes_customer,
    p.opens_document OR p.starts_customer OR p.starts_subscription AS opens_subscription,
    p.closes_document OR p.ends_customer OR p.ends_subscription AS closes_subscription,
    doc.invoice_bytes,
    coalesce(p.line_uid, uuid5_of_sha1(sha1(doc.invoice_bytes || encode(concat_ws(
        chr(31), CASE WHEN p.is_rounding THEN 'rounding' ELSE 'detail' END, p.match_key
    ))))::VARCHAR) AS uid
FROM placed AS p
INNER JOIN document AS doc USING (ordinal)
