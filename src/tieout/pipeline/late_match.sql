-- Matched lines of closed chains that no verified invoice of the month was made of, with what the
-- contract of the closed hop does with them.
SELECT line.*, closed.hop AS closed_hop, setting.late_lines
FROM matched_line AS line
JOIN closed_chain AS closed USING (chain_no)
JOIN late_setting AS setting ON setting.contract_id = closed.contract_id
ANTI JOIN billed_place USING (file_no, row_number)
