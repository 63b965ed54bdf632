-- Each purchase line with all it prints, its neighbours told apart, and its document's closing.
WITH placed AS (
    SELECT
        p.*,
        lag(p.customer_id) OVER document_order AS customer_before,
        lead(p.customer_id) OVER document_order AS customer_after,
        lag(p.subscription_id) OVER document_order AS subscription_before,
        lead(p.subscription_id) OVER document_order AS subscription_after
    FROM linked_line AS p
    WINDOW document_order AS (PARTITION BY p.ordinal ORDER BY p.line_id)
)
SELECT
    p.*,
    p.customer_before IS NULL AS opens_document,
    p.customer_after IS NULL AS closes_document,
    p.customer_before IS DISTINCT FROM p.customer_id AS opens_customer,
    p.customer_after IS DISTINCT FROM p.customer_id AS closes_customer,
    (p.customer_before, p.subscription_before)
        IS DISTINCT FROM (p.customer_id, p.subscription_id) AS opens_subscription,
    (p.customer_after, p.subscription_after)
        IS DISTINCT FROM (p.customer_id, p.subscription_id) AS closes_subscription,
    doc.currency, doc.minor_digits, doc.tax_rate, doc.invoice_date, doc.due_date,
    doc.document_type, doc.payment_terms_days, doc.invoice_number,
    uuid_text(sha1(
        doc.invoice_bytes
        || concat_ws(
            chr(31), CASE WHEN p.is_rounding THEN 'rounding' ELSE 'detail' END, p.match_key
        )::BLOB
    )) AS uid,
    CASE WHEN NOT p.is_rounding THEN coalesce(s.sku_id, p.sku_id) END AS sku,
    CASE WHEN NOT p.is_rounding THEN s.plan_rate_id END AS plan_rate_id,
    CASE WHEN NOT p.is_rounding THEN s.rate_period_id END AS rate_period_id,
    CASE
        WHEN p.line_kind IN ('one_time', 'rounding') THEN 'OneTime'
        WHEN lower(s.billing_frequency) LIKE 'annual%' OR lower(s.billing_frequency) LIKE '%year%'
            THEN 'Year'
        ELSE 'Month'
    END AS duration_type,
    po.po_number AS line_po_number,
    sale.currency AS sale_currency, sale.minor_digits AS sale_digits,
    sale.invoice_number AS sale_invoice_number,
    s.name AS subscription_name, s.start_date AS subscription_start,
    s.end_date AS subscription_end,
    CASE WHEN s.direct_seller_id = doc.buyer_id THEN s.po_number END AS subscription_po_number,
    CASE WHEN s.direct_seller_id = doc.buyer_id THEN s.customer_cost_center END AS customer_center,
    customer.name AS customer_name, customer.erp_id AS customer_number,
    t.* EXCLUDE (ordinal),
    receiver, sender
FROM placed AS p
INNER JOIN document AS doc USING (ordinal)
INNER JOIN document_total AS t USING (ordinal)
LEFT JOIN document AS sale ON p.sale_ordinal = sale.ordinal
LEFT JOIN subscription AS s
    ON doc.snapshot_id = s.snapshot_id AND p.subscription_id = s.subscription_id
LEFT JOIN purchase_order AS po
    ON doc.snapshot_id = po.snapshot_id AND doc.contract_id = po.contract_id
    AND p.order_id = po.order_id
LEFT JOIN organization AS customer
    ON doc.snapshot_id = customer.snapshot_id AND p.customer_id = customer.organization_id
LEFT JOIN organization AS receiver
    ON doc.snapshot_id = receiver.snapshot_id AND doc.buyer_id = receiver.organization_id
LEFT JOIN organization AS sender
    ON doc.snapshot_id = sender.snapshot_id AND doc.seller_id = sender.organization_id
