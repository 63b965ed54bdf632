-- The detail lines of late lines of earlier months, numbered as their charges.
SELECT
    detail.* EXCLUDE (carried_no, late_of, entry_key, charge_no, adjusts_invoice_id),
    coalesce((SELECT max(charge_no) FROM own_charge), 0) + carried_no AS charge_no
FROM carried_detail AS detail
ORDER BY hop, carried_no
