-- What is left over on each side, by status and reason.
SELECT
    side, status, reason, lines,
    amount_text(amount, getvariable('minor_digits')) AS amount
FROM match_report
WHERE tier IS NULL
ORDER BY side, status, reason
