-- Groups that `tieout match` found and a line of the answer belongs to, with all their lines; each
-- belongs to the page of its first document.
WITH printed AS (
    SELECT
        match_group_id,
        CASE WHEN min(subscription_no) = max(subscription_no) THEN min(subscription_no) END
            AS subscription_no
    FROM linked_line
    WHERE match_group_id IS NOT NULL
    GROUP BY match_group_id
),
summed AS (
    SELECT
        match_group_id,
        sum(purchase_amount)::DECIMAL(38, 18) AS purchase_total,
        sum(sales_amount)::DECIMAL(38, 18) AS sales_total,
        count(sales_invoice_id) AS sales_lines, any_value(minor_digits) AS minor_digits,
        min(answer.place) AS place
    FROM filed_link
    LEFT JOIN answer_document AS answer ON purchase_invoice_id = answer.invoice_number
    WHERE match_group_id IS NOT NULL
    GROUP BY match_group_id
)
SELECT summed.* EXCLUDE (place), printed.subscription_no
FROM summed
INNER JOIN printed USING (match_group_id)
INNER JOIN answer_document AS home USING (place)
WHERE home.invoice_number IN (SELECT invoice_number FROM document WHERE is_base)
