-- Matched lines of closed chains that no verified invoice of the month was made of, with what the
-- contract of the closed hop does with them.
WITH held AS (
    SELECT contract_id, late_lines
    FROM contracts
    WHERE valid_from::DATE <= getvariable('next_month')::DATE
    QUALIFY row_number() OVER (PARTITION BY contract_id ORDER BY valid_from DESC) = 1
)
SELECT line.*, closed.hop AS closed_hop, coalesce(held.late_lines, 'next_invoice') AS late_lines
FROM matched_line AS line
JOIN closed_chain AS closed USING (chain_no)
LEFT JOIN held ON held.contract_id = closed.contract_id
ANTI JOIN billed_place USING (file_no, row_number)
