-- Those lines as they stand in their files.
SELECT line.*, dense_rank() OVER (ORDER BY file_id)::INT AS file_no, NOT is_late AS is_billed
FROM run_file_line AS line
JOIN run_place USING (file_id, row_number)
