-- The vendor lines that a run read, but for those set aside: placed, parked, or found late.
SELECT file_id, row_number, FALSE AS is_late
FROM its_charge
WHERE origin IS NULL AND charge_no NOT IN (SELECT charge_no FROM its_carried_line)
UNION ALL
SELECT file_id, row_number, reason = 'LATE_AFTER_CLOSE' FROM its_parked_line
UNION ALL
SELECT file_id, row_number, TRUE
FROM late_charge
WHERE starts_with(entry_key, '+') AND rated_run_id IS NULL
UNION ALL
SELECT file_id, row_number, TRUE FROM its_told_again WHERE NOT is_own AND file_id IS NOT NULL
