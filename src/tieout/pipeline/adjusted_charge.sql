-- The late lines of the month that adjustments of it bill: those that nothing else bills.
SELECT
    row_number() OVER (ORDER BY entry_key) AS carried_no, getvariable('late_of') AS late_of,
    getvariable('rated_run_id') AS run_id,
    * REPLACE (coalesce(rated_run_id, getvariable('rated_run_id')) AS rated_run_id)
FROM late_charge
WHERE late_lines = 'adjustment_invoice'
    AND (getvariable('late_of'), entry_key) NOT IN (SELECT (late_of, entry_key) FROM taken_elsewhere)
