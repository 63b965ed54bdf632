-- Late lines that wait because the contract of the closed hop holds them.
SELECT
    line.file_id, row_number, line.invoice_number, 'LATE_AFTER_CLOSE' AS reason, late.closed_hop AS hop,
    line.subtotal AS amount, line.billing_currency AS currency,
    coalesce(line.vendor_invoice_row_id, line.row_hash) AS line_key
FROM late_match AS late
JOIN vendor_line AS line USING (file_no, row_number)
WHERE late.late_lines = 'hold'
