-- Usage and usage credits under expand: quantity 1, exact totals (reporting-api.md 6.2.3).
SELECT
    g.ordinal, g.invoice_id, g.snapshot_id, g.contract_id,
    CASE WHEN g.charge_type_id = 4 THEN 2 ELSE 3 END AS phase,
    g.credit_start AS sort_start, g.credit_end AS sort_end, g.sort_sign, g.part, g.file_id, g.row_number,
    sha1(
        g.invoice_bytes || encode(
            concat_ws(
                chr(31),
                CASE WHEN g.charge_type_id = 4 THEN 'usage' ELSE 'credit' END,
                g.subscription_id,
                g.credit_start::VARCHAR,
                g.credit_end::VARCHAR,
                g.sort_sign::VARCHAR,
                nullif(g.split_key, ''),
                g.part
            )
        )
    ) AS row_hash,
    parent.row_id AS parent_row_id,
    CASE WHEN g.charge_type_id = 4 THEN 'usage' ELSE 'credit' END AS row_kind,
    CASE WHEN g.source_line_count = 1 THEN g.match_key END AS match_key,
    g.subscription_id, g.product_id,
    CASE WHEN g.source_line_count = 1 AND g.charge_type_id <> 4 THEN g.vendor_invoice_row_id END
        AS vendor_invoice_row_id,
    g.customer_domain,
    CASE WHEN g.charge_type_id = 4 THEN 'UsageFee' ELSE g.vendor_charge_type END AS charge_type,
    g.charge_type_id, g.charge_start_date, g.charge_end_date,
    1::DECIMAL(38, 18) AS quantity,
    g.total_price AS unit_price,
    CASE WHEN g.source_line_count = 1 THEN g.total_price_digits END AS unit_price_digits,
    g.total_price AS effective_unit_price,
    CASE WHEN g.source_line_count = 1 THEN g.total_price_digits END AS effective_unit_price_digits,
    g.total_price,
    CASE WHEN g.source_line_count = 1 THEN g.total_price_digits END AS total_price_digits,
    g.cost_total_price AS cost_unit_price,
    CASE WHEN g.source_line_count = 1 THEN g.cost_total_price_digits END AS cost_unit_price_digits,
    g.cost_total_price,
    CASE WHEN g.source_line_count = 1 THEN g.cost_total_price_digits END AS cost_total_price_digits,
    g.cost_currency, g.cost_exchange_rate,
    g.vendor_invoice_number, g.order_id, g.order_date, g.meter_name, g.source_line_count, g.credits_row_id,
    parent.adjusts_invoice_id
FROM usage_group AS g
LEFT JOIN seen_line AS parent
    ON g.invoice_id = parent.invoice_id
    AND g.subscription_id = parent.subscription_id
    AND g.charge_type_id = parent.charge_type_id
    AND g.part IS NOT DISTINCT FROM parent.part
