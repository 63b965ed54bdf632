-- What became of replaying each vendor line; near is within a cent per unit and one more.
WITH discounted AS (
    SELECT file_no, row_number, 99 AS rank, 'leg-discount' AS profile, list_units - discount_units AS amount
    FROM check_operand
    WHERE manner = 'legacy' AND discount_units <> 0
        AND abs(list_units) * quantity_scale = abs(price_start) * quantity_whole
),
nearest AS (
    SELECT
        file_no, row_number,
        arg_min(profile, (abs(amount - wanted), rank)) AS profile,
        arg_min(wanted - amount, (abs(amount - wanted), rank)) AS difference
    FROM (SELECT * FROM attempt UNION ALL SELECT * FROM discounted) AS made
    JOIN check_operand USING (file_no, row_number)
    GROUP BY file_no, row_number
)
SELECT
    file_no, row_number, invoice_number, billing_currency AS currency, manner, subtotal,
    CASE
        WHEN profile IS NULL THEN 'not_checkable'
        WHEN difference = 0 THEN 'fit'
        WHEN abs(difference) <= tolerance THEN 'near'
        ELSE 'unexplained'
    END AS result,
    profile,
    amount(difference) AS difference,
    coalesce(subtotal + tax_total <> total, FALSE) AS is_total_off
FROM check_operand
LEFT JOIN nearest USING (file_no, row_number)
