-- The published runs that placed or parked one line, the newest month first.
SELECT DISTINCT run_id
FROM (
    SELECT run_id FROM charge
    WHERE file_id = getvariable('file_id') AND row_number = getvariable('row_number')
    UNION ALL
    SELECT run_id FROM parked_line
    WHERE file_id = getvariable('file_id') AND row_number = getvariable('row_number')
)
ORDER BY run_id DESC
