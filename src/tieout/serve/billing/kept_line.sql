-- The lines that are printed: a repeat that the document does not count stands in a warning only.
SELECT l.*, coalesce(r.line_seq, 1) AS line_seq, FALSE AS is_rounding
FROM identified_line AS l
LEFT JOIN repeated_id AS r USING (ordinal, charge_no)
WHERE r.is_dropped IS NOT TRUE
