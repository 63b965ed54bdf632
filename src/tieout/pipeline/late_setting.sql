-- What each contract does with late lines: the newest of its rows that the month knows.
SELECT contract_id, coalesce(late_lines, 'next_invoice') AS late_lines
FROM contracts
WHERE valid_from::DATE <= getvariable('next_month')::DATE
QUALIFY row_number() OVER (PARTITION BY contract_id ORDER BY valid_from DESC) = 1
