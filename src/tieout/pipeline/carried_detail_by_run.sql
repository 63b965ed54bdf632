-- The detail lines of late lines of earlier months that a run billed.
SELECT charge_no AS carried_no, detail.* EXCLUDE (charge_no)
FROM its_detail_line AS detail
WHERE charge_no IN (SELECT charge_no FROM its_carried_line)
