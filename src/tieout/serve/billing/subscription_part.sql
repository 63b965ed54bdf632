-- Each subscription of each purchase document with its customer: what stands around its lines.
SELECT
    l.ordinal, l.subscription_id, l.customer_id, l.account_no, l.subscription_no,
    s.name AS subscription_name, s.start_date AS subscription_start,
    s.end_date AS subscription_end,
    CASE WHEN s.direct_seller_id = doc.buyer_id THEN s.po_number END AS subscription_po_number,
    CASE WHEN s.direct_seller_id = doc.buyer_id THEN s.customer_cost_center END AS customer_center,
    customer.name AS customer_name, customer.erp_id AS customer_number
FROM (
    SELECT DISTINCT ordinal, subscription_id, customer_id, account_no, subscription_no
    FROM numbered_line
    WHERE is_purchase
) AS l
INNER JOIN document AS doc USING (ordinal)
LEFT JOIN subscription AS s
    ON doc.snapshot_id = s.snapshot_id AND l.subscription_id = s.subscription_id
LEFT JOIN organization AS customer
    ON doc.snapshot_id = customer.snapshot_id AND l.customer_id = customer.organization_id
