-- Their detail lines at every hop.
SELECT charge.carried_no, charge.late_of, charge.entry_key, detail.* EXCLUDE (run_id, of_month)
FROM carried_charge AS charge
JOIN earlier_late_detail_line AS detail USING (run_id, charge_no)
