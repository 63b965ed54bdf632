-- The month of one vendor line that tells a billed one again, and the line that is billed for it.
SELECT of_month AS period, left(billed_file_id, 16) || '-' || billed_row_number AS "sameAs"
FROM told_told_again
WHERE file_id = getvariable('file_id') AND row_number = getvariable('row_number')
ORDER BY of_month DESC
LIMIT 1
