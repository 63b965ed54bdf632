-- Why one row was rejected.
SELECT "column", code, reason, currency, shortest(subtotal) AS amount
FROM rejected_row
WHERE row_number = getvariable('row_number')
