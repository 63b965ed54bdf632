-- The rows of reporting-api.md 4.2 with typed columns; order by ordinal and line_no.
WITH numbered AS (
    SELECT
        p.*,
        row_number() OVER (
            PARTITION BY p.ordinal
            ORDER BY
                nullif(p.subscription_id, '') NULLS LAST, p.part NULLS FIRST, p.phase, p.sort_start, p.sort_end, p.sort_sign,
                p.file_id, p.row_number
        ) AS line_no
    FROM row_with_preferred AS p
)

SELECT
    i.ordinal,
    coalesce(n.row_id, uuid5_of_sha1(n.row_hash)::VARCHAR) AS row_id,
    n.parent_row_id,
    i.invoice_id, i.invoice_number, i.seller_id AS provider_id, i.buyer_id AS consumer_id,
    i.direction, n.line_no, n.row_kind, n.match_key, nullif(n.subscription_id, '') AS subscription_id,
    coalesce(subscription.name, 'Default Subscription') AS subscription_name,
    NULL::VARCHAR AS offer_id, n.product_id AS vendor_offer_id, n.vendor_invoice_row_id,
    n.customer_domain, n.charge_type, n.charge_type_id, n.custom_charge_details,
    n.charge_start_date, n.charge_end_date, n.quantity, n.quantity_digits,
    n.unit_price, n.unit_price_digits, n.effective_unit_price, n.effective_unit_price_digits,
    n.total_price, n.total_price_digits, n.rounding_residual, i.currency,
    n.preferred_currency AS preferred_currency_id, n.preferred_currency,
    n.preferred_unit_price, n.preferred_total_price,
    CASE WHEN n.rounding_residual IS NOT NULL THEN n.preferred_digits END AS preferred_total_price_digits,
    n.preferred_rate AS preferred_exchange_rate, n.preferred_rounding_residual,
    n.cost_unit_price AS reseller_unit_price, n.cost_unit_price_digits AS reseller_unit_price_digits,
    n.cost_total_price AS reseller_total_price,
    n.cost_total_price_digits AS reseller_total_price_digits,
    n.cost_currency AS reseller_currency, n.cost_exchange_rate AS exchange_rate,
    n.margin_amount, n.margin_digits,
    CASE WHEN i.vendor_invoice_visible THEN n.vendor_invoice_number END AS vendor_invoice_number,
    i.summary_id AS invoice_consolidation_id,
    n.order_id, orders.order_number, n.order_date,
    n.meter_name, NULL::VARCHAR AS meter_category, n.source_line_count,
    n.adjusts_invoice_id, n.credits_row_id,
    i.cost_visible, i.vendor_invoice_visible
FROM numbered AS n
INNER JOIN visible_invoice AS i USING (ordinal)
LEFT JOIN subscription_name AS subscription
    ON n.snapshot_id = subscription.snapshot_id AND n.subscription_id = subscription.subscription_id
LEFT JOIN order_name AS orders
    ON n.snapshot_id = orders.snapshot_id
    AND n.contract_id = orders.contract_id
    AND n.order_id = orders.order_id
