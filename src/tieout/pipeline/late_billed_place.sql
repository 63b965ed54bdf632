-- The lines that the month's own verified invoices are made of, with the keys they were billed with.
SELECT file_no, row_number, match_key
FROM billed_line
JOIN taken_file USING (file_id)
WHERE is_own
