-- The billed lines that are not told where they were billed in their own month: where they are told
-- now, or nothing.
SELECT
    billed.file_id AS billed_file_id, billed.row_number AS billed_row_number, billed.is_own,
    pair.file_id, pair.row_number, line.billing_currency AS currency
FROM billed_line AS billed
JOIN billed_file_line AS line USING (file_id, row_number)
LEFT JOIN told_pair AS pair USING (line_key)
WHERE NOT starts_with(coalesce(entry_key, '+'), '-')
    AND NOT (
        billed.is_own AND pair.file_id IS NOT DISTINCT FROM billed.file_id
        AND pair.row_number IS NOT DISTINCT FROM billed.row_number
    )
ORDER BY billed_file_id, billed_row_number, is_own
