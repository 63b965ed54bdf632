-- The files whose lines a run placed or parked.
SELECT file_id FROM charge WHERE run_id = getvariable('run_id')
UNION
SELECT file_id FROM parked_line WHERE run_id = getvariable('run_id')
ORDER BY file_id
