-- Their detail lines at every hop.
SELECT charge.carried_no, charge.late_of, charge.entry_key, detail.*
FROM carried_charge AS charge
JOIN late_detail_line AS detail USING (charge_no)
