-- The lines of each side of the groups that are told.
SELECT
    match_group_id, TRUE AS is_purchase, purchase_invoice_id AS invoice_number,
    purchase_line_id AS line_id, purchase_line_seq AS line_seq
FROM filed_link
SEMI JOIN match_group USING (match_group_id)
WHERE purchase_invoice_id IS NOT NULL
UNION ALL
SELECT match_group_id, FALSE, sales_invoice_id, sales_line_id, sales_line_seq
FROM filed_link
SEMI JOIN match_group USING (match_group_id)
WHERE sales_invoice_id IS NOT NULL
