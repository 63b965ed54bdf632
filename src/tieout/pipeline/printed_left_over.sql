-- What is left over as a person's spreadsheet shows it.
SELECT * REPLACE (amount_text(amount, getvariable('minor_digits')) AS amount)
FROM left_over
ORDER BY side, invoice_id, line_id, line_seq
