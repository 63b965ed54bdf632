-- The vendor lines that have an amount at this hop which exact arithmetic has no room for.
SELECT file_no, row_number, getvariable('hop')::INT AS hop
FROM rated_next
JOIN matched_line AS matched ON matched.rowid + 1 = charge_no
WHERE is_unfit
