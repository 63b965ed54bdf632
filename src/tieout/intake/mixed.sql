-- Invoice numbers whose good rows have more than one currency, with those currencies.
SELECT
    invoice_number,
    string_agg(DISTINCT billing_currency, ', ' ORDER BY billing_currency) AS currencies
FROM intake_typed
WHERE fault IS NULL AND invoice_number IN (SELECT invoice_number FROM intake_suspect)
GROUP BY invoice_number
HAVING count(DISTINCT billing_currency) > 1
