-- Sales lines of documents in the range that have no purchase line at all: roundings of one side.
SELECT
    doc.invoice_number, s.line_id, s.account_no, s.subscription_no, s.description,
    s.start_date, s.end_date, s.amount, s.match_key, doc.minor_digits
FROM numbered_line AS s
INNER JOIN document AS doc USING (ordinal)
WHERE NOT s.is_purchase
    AND doc.is_in_range
    AND s.is_rounding
    AND s.match_key NOT IN (SELECT p.match_key FROM numbered_line AS p WHERE p.is_purchase)
ORDER BY doc.invoice_number, s.line_id
