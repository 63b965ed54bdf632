-- What a run was computed from: kind, id, revision and content hash, one text per thing. The head
-- of a text is what few things differ in, its rest begins with what tells them apart.
SELECT
    concat_ws('|', 'vendorLine', line.vendor, line.invoice_number, '') AS head,
    concat_ws(
        '|', coalesce(line.vendor_invoice_row_id, line.row_hash), coalesce(repeated.line_seq, 1), line.row_hash
    ) AS rest
FROM told_line AS line
LEFT JOIN repeated_line AS repeated USING (file_no, row_number)
UNION ALL
SELECT
    'setAside|',
    concat_ws(
        '|', vendor, invoice_number, line_key, row_hash,
        sha256(concat_ws(chr(31), decided_by, decided_at, coalesce(reason, '')))
    )
FROM set_aside_line
UNION ALL
SELECT 'manualLine|', concat_ws('|', line_id, content) FROM manual_line
UNION ALL
SELECT 'lateLine|', concat_ws('|', entry_key, 'late') FROM late_charge
UNION ALL
SELECT 'carriedLine|', concat_ws('|', late_of, entry_key, content) FROM carried_input
UNION ALL
SELECT head, rest FROM reference_input
