-- For each invoice, the parked lines of its vendor invoices that could belong to it: all, but those
-- whose subscription is known and whose chain is another.
WITH said AS (
    SELECT DISTINCT invoice_id, charge.vendor_invoice_number
    FROM known_line
    JOIN charge USING (charge_no)
),
parked AS (
    SELECT parked_line.*, line.vendor, line.subscription_id, line.file_no
    FROM parked_line
    JOIN vendor_line AS line USING (file_id, row_number)
),
chain AS (
    SELECT DISTINCT
        parked.file_id, parked.row_number, path.vendor_id AS vendor,
        step.seller_id, step.buyer_id
    FROM parked
    JOIN subscriptions AS subscription
        ON subscription.vendor_id = parked.vendor
        AND subscription.vendor_subscription_id = parked.subscription_id
    JOIN contract_path AS path ON path.leaf_contract_id = subscription.contract_id
    CROSS JOIN unnest(path.hops) AS of_path (step)
),
placed AS (
    SELECT DISTINCT file_id, row_number FROM chain
)
SELECT
    said.invoice_id, count(*)::INT AS lines,
    string_agg(DISTINCT parked.reason, ', ' ORDER BY parked.reason) AS reasons,
    string_agg(DISTINCT parked.vendor_invoice, ', ' ORDER BY parked.vendor_invoice) AS vendor_invoices
FROM said
JOIN known_invoice AS invoice USING (invoice_id)
JOIN (SELECT *, invoice_number AS vendor_invoice FROM parked) AS parked
    ON parked.invoice_number = said.vendor_invoice_number AND parked.vendor = invoice.vendor
LEFT JOIN placed USING (file_id, row_number)
LEFT JOIN chain
    ON chain.file_id = parked.file_id AND chain.row_number = parked.row_number
    AND chain.seller_id = invoice.seller_id AND chain.buyer_id = invoice.buyer_id
WHERE placed.file_id IS NULL OR chain.file_id IS NOT NULL
GROUP BY said.invoice_id
ORDER BY said.invoice_id
