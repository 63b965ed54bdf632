-- The links as a person's spreadsheet shows them.
SELECT
    * REPLACE (
        amount_text(purchase_amount, getvariable('minor_digits')) AS purchase_amount,
        amount_text(sales_amount, getvariable('minor_digits')) AS sales_amount
    )
FROM link
ORDER BY
    tier, status, match_group_id NULLS FIRST, purchase_invoice_id NULLS LAST, purchase_line_id,
    purchase_line_seq, sales_invoice_id, sales_line_id, sales_line_seq
