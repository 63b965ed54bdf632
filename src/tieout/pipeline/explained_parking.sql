-- Why one line is parked in the published run.
SELECT reason, hop, shortest(amount) AS amount, currency
FROM parked_line
WHERE file_id = getvariable('file_id') AND row_number = getvariable('row_number')
    AND run_id = getvariable('run_id')
