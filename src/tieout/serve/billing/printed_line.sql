-- Each purchase line with all it prints; what stands around lines only where it opens or closes.
WITH placed AS (
    SELECT
        p.*,
        p.line_id = 1 AS opens_document,
        lead(p.line_id) OVER document_order IS NULL AS closes_document,
        lag(p.customer_id) OVER document_order IS DISTINCT FROM p.customer_id AS opens_customer,
        lead(p.customer_id) OVER document_order IS DISTINCT FROM p.customer_id AS closes_customer,
        lag(p.subscription_id) OVER document_order IS DISTINCT FROM p.subscription_id
            AS starts_subscription,
        lead(p.subscription_id) OVER document_order IS DISTINCT FROM p.subscription_id
            AS ends_subscription
    FROM linked_line AS p
    WINDOW document_order AS (PARTITION BY p.ordinal ORDER BY p.line_id)
)

SELECT
    p.*,
    p.opens_customer OR p.starts_subscription AS opens_subscription,
    p.closes_customer OR p.ends_subscription AS closes_subscription,
    doc.invoice_bytes, doc.minor_digits, doc.tax_rate,
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
    customer.text AS customer_text, around.text AS subscription_text, closing.text AS document_text
FROM placed AS p
INNER JOIN document AS doc USING (ordinal)
LEFT JOIN document AS sale ON p.sale_ordinal = sale.ordinal
LEFT JOIN subscription AS s
    ON doc.snapshot_id = s.snapshot_id AND p.subscription_id = s.subscription_id
LEFT JOIN purchase_order AS po
    ON doc.snapshot_id = po.snapshot_id AND doc.contract_id = po.contract_id
    AND p.order_id = po.order_id
LEFT JOIN customer_text AS customer
    ON CASE WHEN p.opens_customer THEN p.ordinal END = customer.ordinal
    AND p.customer_id = customer.customer_id
LEFT JOIN subscription_text AS around
    ON CASE WHEN p.closes_customer OR p.ends_subscription THEN p.ordinal END = around.ordinal
    AND p.customer_id = around.customer_id
    AND p.subscription_id = around.subscription_id
LEFT JOIN document_text AS closing
    ON CASE WHEN p.closes_document THEN p.ordinal END = closing.ordinal
