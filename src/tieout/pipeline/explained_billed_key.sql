-- The match key under which one vendor line was billed: not that of what takes it back.
SELECT DISTINCT match_key
FROM charge
WHERE file_id = getvariable('file_id') AND row_number = getvariable('row_number')
    AND (run_id, charge_no) NOT IN (
        SELECT (run_id, charge_no) FROM told_carried_line WHERE starts_with(entry_key, '-')
    )
ORDER BY match_key
