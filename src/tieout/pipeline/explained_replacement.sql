-- The late line that stands in the place of one vendor line.
WITH entry AS (
    SELECT replaces, file_id, row_number, entry_key, run_id
    FROM told_carried_line
    JOIN charge USING (run_id, charge_no)
    UNION ALL BY NAME
    SELECT replaces, file_id, row_number, entry_key, run_id FROM told_late_charge
)
SELECT left(file_id, 16) || '-' || row_number AS line
FROM entry
WHERE starts_with(entry_key, '+')
    AND replaces = left(getvariable('file_id'), 16) || '-' || getvariable('row_number')
ORDER BY line
LIMIT 1
