-- What this month bills of earlier ones, at each hop: which entry of which month, and what it adjusts.
SELECT
    charge.late_of, coalesce((SELECT max(charge_no) FROM own_charge), 0) + carried_no AS charge_no,
    detail.hop, charge.entry_key, charge.replaces, charge.rated_run_id, detail.adjusts_invoice_id
FROM carried_charge AS charge
JOIN carried_detail AS detail USING (carried_no)
ORDER BY charge.late_of, carried_no, hop
