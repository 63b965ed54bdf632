-- Rows of a file that are equal cell for cell: their numbers and the sum at stake.
SELECT
    string_agg(row_number::VARCHAR, ', ' ORDER BY row_number) AS row_numbers,
    any_value(billing_currency) AS currency,
    any_value(subtotal)::VARCHAR AS amount
FROM intake_line
GROUP BY row_hash
HAVING count(*) > 1
ORDER BY min(row_number)
LIMIT 20
