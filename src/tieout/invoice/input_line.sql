-- What a run was computed from: kind, id, revision and content hash, one text per thing.
SELECT
    concat_ws(
        '|', 'vendorLine', line.vendor, line.invoice_number,
        coalesce(line.vendor_invoice_row_id, line.row_hash), coalesce(repeated.line_seq, 1), line.row_hash
    ) AS line
FROM told_line AS line
LEFT JOIN repeated_line AS repeated USING (file_no, row_number)
UNION ALL
SELECT
    concat_ws(
        '|', 'setAside', vendor, invoice_number, line_key, row_hash,
        sha256(concat_ws(chr(31), decided_by, decided_at, coalesce(reason, '')))
    )
FROM set_aside_line
UNION ALL
SELECT concat_ws('|', 'manualLine', line_id, content) FROM manual_line
UNION ALL
SELECT concat_ws('|', 'lateLine', entry_key, 'late') FROM late_charge
UNION ALL
SELECT concat_ws('|', 'carriedLine', late_of, entry_key, content) FROM carried_input
UNION ALL
SELECT line FROM reference_input
