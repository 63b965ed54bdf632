-- Sales lines of documents in the range that have no purchase line beside them.
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
    AND doc.is_in_range
    AND (s.ordinal, s.line_id, s.line_seq) NOT IN (
        SELECT (sale_ordinal, sale_line_id, sale_line_seq)
        FROM linked_line WHERE sale_ordinal IS NOT NULL
    )
    AND (s.run_id, coalesce(s.charge_no, 0)) NOT IN (SELECT (run_id, charge_no) FROM purchase_elsewhere)
ORDER BY doc.invoice_number, s.line_id, s.line_seq
