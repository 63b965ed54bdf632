-- The contracts that the viewer is a side of: of each the row in force on the day, else the nearest one.
SELECT *
FROM known_contracts
WHERE getvariable('viewer') IN (seller_id, buyer_id)
QUALIFY row_number() OVER (PARTITION BY contract_id ORDER BY days_off(valid_from), valid_from DESC) = 1
