-- The lines that reach this hop, with its amounts.
SELECT
    * EXCLUDE (is_unfit),
    amount(total) AS total_price,
    amount(unit) AS unit_price,
    amount(effective) AS effective_unit_price
FROM rated_units
