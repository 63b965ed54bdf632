-- The billed lines that a person set aside, with the decision: no stage sees them, the certificate does.
SELECT
    line.file_no, line.file_id, line.row_number, line.vendor, line.invoice_number,
    coalesce(line.vendor_invoice_row_id, line.row_hash) AS line_key, line.row_hash,
    line.subtotal AS amount, line.billing_currency AS currency,
    decision.reason, decision.decided_by, decision.decided_at
FROM read_line AS line
JOIN line_decision AS decision USING (file_id, row_number)
