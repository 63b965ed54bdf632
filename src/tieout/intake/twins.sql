-- Rows of a file that are equal cell for cell: their first numbers, the id of the last and the sum at stake.
SELECT
    array_to_string(list_sort(list(row_number))[1:20], ', ')
    || CASE WHEN count(*) > 20 THEN ' and ' || (count(*) - 20) || ' more' ELSE '' END AS row_numbers,
    left(any_value(file_id), 16) || '-' || max(row_number) AS last_line,
    any_value(billing_currency) AS currency,
    shortest(any_value(subtotal)) AS amount
FROM intake_line
GROUP BY row_hash
HAVING count(*) > 1
ORDER BY min(row_number)
LIMIT 20
