-- The late lines of earlier months that a run billed.
SELECT DISTINCT charge_no AS carried_no, line.late_of, line.entry_key, charge.* EXCLUDE (charge_no)
FROM its_charge AS charge
JOIN its_carried_line AS line USING (charge_no)
