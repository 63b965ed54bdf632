-- The detail lines of the visible invoices; the seller's purchase only where cost shows.
SELECT
    i.ordinal, i.invoice_bytes, i.snapshot_id, i.contract_id, i.run_id, i.invoice_id,
    c.subscription_id, c.customer_id, c.file_id, c.row_number, c.match_key,
    c.vendor_invoice_number, c.vendor_invoice_row_id, c.customer_domain, c.product_id,
    c.meter_name, c.order_id, c.order_date,
    c.origin, c.part, c.credits_row_id, c.description,
    c.charge_type, c.charge_type_id, c.is_usage, c.charge_start_date, c.charge_end_date,
    c.quantity, c.quantity_digits, d.unit_price, d.unit_price_digits,
    d.effective_unit_price, d.effective_unit_price_digits, d.total_price, d.total_price_digits,
    CASE WHEN i.cost_visible THEN d.cost_effective_unit_price END AS cost_unit_price,
    CASE WHEN i.cost_visible THEN d.cost_effective_unit_price_digits END AS cost_unit_price_digits,
    CASE WHEN i.cost_visible THEN d.cost_total_price END AS cost_total_price,
    CASE WHEN i.cost_visible THEN d.cost_total_price_digits END AS cost_total_price_digits,
    CASE WHEN i.cost_visible THEN d.cost_currency END AS cost_currency,
    CASE WHEN i.cost_visible THEN d.cost_exchange_rate END AS cost_exchange_rate
FROM visible_invoice AS i
INNER JOIN detail_line AS d
    ON i.run_id = d.run_id
    AND i.hop = d.hop
    AND i.seller_id = d.seller_id
    AND i.buyer_id = d.buyer_id
    AND i.vendor_id = d.vendor
    AND i.currency = d.currency
    AND i.order_id IS NOT DISTINCT FROM d.invoice_order_id
INNER JOIN charge AS c ON d.run_id = c.run_id AND d.charge_no = c.charge_no
WHERE (getvariable('subscription_id') IS NULL OR c.subscription_id = getvariable('subscription_id'))
    AND (NOT getvariable('corrections_only') OR c.charge_type_id IN (3, 7))
    AND (
        left(i.invoice_date, 10) > CASE
            WHEN c.charge_type_id IN (3, 7) THEN getvariable('corrections_until')
            ELSE getvariable('others_until')
        END
    ) IS NOT FALSE
