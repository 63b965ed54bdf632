-- The lines that a month with verified invoices reads: those told now, but each billed one from where
-- it was billed, also when it is told no more.
SELECT line.* REPLACE (billed.match_key IS NOT NULL AS is_billed)
FROM standing_line AS line
ANTI JOIN told_again AS told USING (file_id, row_number)
LEFT JOIN billed_place AS billed USING (file_no, row_number)
UNION ALL BY NAME
SELECT line.*, file.file_no, TRUE AS is_billed
FROM billed_file_line AS line
JOIN taken_file AS file USING (file_id)
JOIN told_again AS told ON told.billed_file_id = line.file_id AND told.billed_row_number = line.row_number
WHERE told.is_own
