-- Each subscription of each document with its customer: what stands around its lines. The cost
-- centre and the subscription's PO number are shared by a customer and its direct seller only.
SELECT
    l.ordinal, l.subscription_id, l.customer_id, l.account_no, l.subscription_no,
    CASE WHEN l.subscription_id = '' THEN 'Default Subscription' ELSE s.name END AS subscription_name,
    coalesce(s.start_date, doc.period || '-01') AS subscription_start,
    s.end_date AS subscription_end, s.plan_id, s.plan_name, s.plan_category,
    coalesce(s.billing_model, l.billing_model) AS billing_model,
    coalesce(
        placed.po_number,
        po.po_number,
        CASE WHEN getvariable('requester') IN (s.direct_seller_id, l.customer_id) THEN s.po_number END
    ) AS subscription_po_number,
    CASE WHEN getvariable('requester') IN (s.direct_seller_id, l.customer_id)
        THEN nullif(coalesce(held.cost_center, s.cost_center), '') END AS customer_center,
    customer.name AS customer_name, customer.erp_id AS customer_number
FROM (
    SELECT
        ordinal, subscription_id, customer_id,
        any_value(account_no) AS account_no, any_value(subscription_no) AS subscription_no,
        CASE
            WHEN bool_and(line_kind IN ('usage', 'rounding')) THEN 1
            WHEN bool_and(line_kind IN ('one_time', 'rounding')) THEN 2
            ELSE 0
        END AS billing_model
    FROM base_line
    GROUP BY ordinal, subscription_id, customer_id
) AS l
INNER JOIN document AS doc USING (ordinal)
LEFT JOIN subscription AS s
    ON doc.snapshot_id = s.snapshot_id AND l.subscription_id = s.subscription_id
LEFT JOIN reference_orders AS placed
    ON doc.snapshot_id = placed.snapshot_id AND doc.contract_id = placed.contract_id
    AND s.order_id = placed.order_id
LEFT JOIN purchase_order AS po
    ON doc.snapshot_id = po.snapshot_id AND doc.contract_id = po.contract_id
    AND s.order_id = po.order_id
LEFT JOIN cost_center AS held
    ON doc.snapshot_id = held.snapshot_id AND doc.period = held.period
    AND s.last_contract_id = held.contract_id
LEFT JOIN organization AS customer
    ON doc.snapshot_id = customer.snapshot_id AND l.customer_id = customer.organization_id
