-- Invoice numbers that stand beside more than one currency, faulty rows included.
SELECT trim(number) AS invoice_number
FROM intake_invoice_currency
WHERE trim(number) <> ''
GROUP BY trim(number)
HAVING count(DISTINCT upper(trim(currency))) > 1
