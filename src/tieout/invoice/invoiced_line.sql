-- The detail lines of a hop, each with its invoice and its charge.
SELECT
    invoice_no, invoice_bytes, match_key, part, vendor_invoice_row_id, charge_type, charge_start_date,
    charge_end_date, quantity, effective_unit_price, total_price, detail_line.currency
FROM detail_line
JOIN placed_charge USING (charge_no)
JOIN chain_invoice USING (chain_no, hop)
JOIN invoice_key USING (invoice_no)
WHERE hop = getvariable('hop')
