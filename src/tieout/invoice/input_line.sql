-- What a run was computed from, thing by thing: kind, id, revision and content hash, one text each.
-- `kept_input`: what is loaded, each thing, or digests of its content instead (pipeline/inputs.py).
SELECT head, rest FROM kept_input
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
SELECT head, rest FROM made_with
