-- Every line of every document with its LineId, in the order of billing-api.md 2.4.
SELECT
    l.* EXCLUDE (file_id, row_number),
    customer.account_no, s.subscription_no,
    row_number() OVER (
        PARTITION BY l.ordinal
        ORDER BY
            customer.account_no NULLS LAST, l.customer_id, s.subscription_no NULLS LAST,
            l.subscription_id, l.is_rounding, l.start_date, l.end_date, l.file_id, l.row_number
    ) AS line_id
FROM (SELECT * FROM price_line UNION ALL SELECT * FROM rounding_line) AS l
INNER JOIN document AS doc USING (ordinal)
LEFT JOIN organization AS customer
    ON doc.snapshot_id = customer.snapshot_id AND l.customer_id = customer.organization_id
LEFT JOIN subscription AS s
    ON doc.snapshot_id = s.snapshot_id AND l.subscription_id = s.subscription_id
