-- Sales lines of documents in the range that have no purchase line beside them, here or in a file.
SELECT
    doc.invoice_number, s.line_id, s.line_seq, s.account_no, s.subscription_no, s.description,
    s.start_date, s.end_date, s.amount, s.match_key, doc.minor_digits, doc.currency,
    CASE
        WHEN s.is_rounding THEN 'rounding'
        WHEN s.match_key IN (SELECT p.match_key FROM numbered_line AS p WHERE p.is_purchase)
            THEN 'ambiguous_count'
        WHEN (s.run_id, s.charge_no) IN (SELECT (run_id, charge_no) FROM own_purchase)
            THEN 'not_published'
        ELSE 'sale_only'
    END AS match_reason
FROM numbered_line AS s
INNER JOIN document AS doc USING (ordinal)
WHERE NOT s.is_purchase
    AND s.is_wanted
    AND doc.is_in_range
    AND (s.ordinal, s.line_id, s.line_seq) NOT IN (
        SELECT (sale_ordinal, sale_line_id, sale_line_seq)
        FROM linked_line WHERE sale_ordinal IS NOT NULL
    )
    AND (s.run_id, coalesce(s.charge_no, 0)) NOT IN (SELECT (run_id, charge_no) FROM purchase_elsewhere)
UNION ALL
SELECT
    sales_invoice_id, sales_line_id, sales_line_seq, account_no, subscription_no, description,
    start_date, end_date, sales_amount, match_key, minor_digits, currency, reason
FROM filed_link
WHERE tier IS NULL
    AND sales_invoice_id IS NOT NULL
    AND sales_date BETWEEN getvariable('range_start')::DATE AND getvariable('range_end')::DATE
    AND (NOT getvariable('by_wanted_customer') OR customer_id IN (SELECT id FROM wanted_customer))
    AND (
        NOT getvariable('by_wanted_subscription')
        OR subscription_id IN (SELECT id FROM wanted_subscription)
    )
    AND (NOT getvariable('by_wanted_vendor') OR vendor IN (SELECT id FROM wanted_vendor))
