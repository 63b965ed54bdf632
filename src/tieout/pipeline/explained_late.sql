-- The entries of one vendor line among late lines: those that a published run bills, and those that
-- the run of their own month has rated for a later one.
WITH billed AS (
    SELECT DISTINCT run_id, late_of, entry_key, replaces, rated_run_id, TRUE AS is_billed, FALSE AS is_held
    FROM told_carried_line
    JOIN charge USING (run_id, charge_no)
    WHERE file_id = getvariable('file_id') AND row_number = getvariable('row_number')
),
waiting AS (
    SELECT
        run_id, of_month AS late_of, entry_key, replaces, rated_run_id, FALSE AS is_billed,
        late_lines = 'hold' AS is_held
    FROM told_late_charge
    WHERE file_id = getvariable('file_id') AND row_number = getvariable('row_number')
        AND (of_month, entry_key) NOT IN (SELECT (late_of, entry_key) FROM told_carried_line)
)
SELECT *, starts_with(entry_key, '-') AS is_taken_back
FROM (SELECT * FROM billed UNION ALL SELECT * FROM waiting)
ORDER BY run_id DESC
