-- The consolidated lines of the visible invoices; the seller's purchase only where cost shows.
SELECT
    i.ordinal, i.invoice_bytes, i.snapshot_id, i.contract_id, i.minor_digits, i.invoice_date,
    l.* EXCLUDE (contract_id, margin_amount) REPLACE (
        CASE WHEN i.cost_visible THEN l.cost_unit_price END AS cost_unit_price,
        CASE WHEN i.cost_visible THEN l.cost_unit_price_digits END AS cost_unit_price_digits,
        CASE WHEN i.cost_visible THEN l.cost_total_price END AS cost_total_price,
        CASE WHEN i.cost_visible THEN l.cost_currency END AS cost_currency,
        CASE WHEN i.cost_visible THEN l.cost_exchange_rate END AS cost_exchange_rate
    )
FROM visible_invoice AS i
INNER JOIN invoice_line AS l ON i.run_id = l.run_id AND i.invoice_id = l.invoice_id
WHERE getvariable('subscription_id') IS NULL OR l.subscription_id = getvariable('subscription_id')
