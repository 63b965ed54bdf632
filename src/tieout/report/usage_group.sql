-- Usage lines put together: one group per subscription, credits by `credit_grouping` (6.2.3).
SELECT
    d.ordinal, d.invoice_id, d.subscription_id, d.charge_type_id, d.part,
    CASE WHEN d.charge_type_id <> 4 THEN d.charge_start_date END AS credit_start,
    CASE WHEN d.charge_type_id <> 4 THEN d.charge_end_date END AS credit_end,
    CASE
        WHEN d.charge_type_id <> 4 AND getvariable('credit_grouping') IN ('datesSign', 'datesTotal')
            THEN sign(d.total_price)::INTEGER
    END AS sort_sign,
    CASE
        WHEN d.charge_type_id <> 4 AND getvariable('credit_grouping') = 'datesTotal'
            THEN d.total_price::VARCHAR
        WHEN d.charge_type_id <> 4 AND getvariable('credit_grouping') = 'none' THEN d.match_key
        ELSE ''
    END AS split_key,
    any_value(d.invoice_bytes) AS invoice_bytes,
    any_value(d.snapshot_id) AS snapshot_id,
    any_value(d.contract_id) AS contract_id,
    any_value(d.credits_row_id) AS credits_row_id,
    count(*) AS source_line_count,
    min(d.charge_start_date) AS charge_start_date,
    max(d.charge_end_date) AS charge_end_date,
    min(d.file_id) AS file_id,
    min(d.row_number) AS row_number,
    sum(d.total_price) AS total_price,
    max(d.total_price_digits) AS total_price_digits,
    sum(d.cost_total_price) AS cost_total_price,
    max(d.cost_total_price_digits) AS cost_total_price_digits,
    min(d.match_key) AS match_key,
    min(d.vendor_invoice_row_id) AS vendor_invoice_row_id,
    min(d.charge_type) AS vendor_charge_type,
    CASE
        WHEN min(d.customer_domain) = max(d.customer_domain)
            AND count(d.customer_domain) = count(*)
            THEN min(d.customer_domain)
    END AS customer_domain,
    CASE
        WHEN min(d.meter_name) = max(d.meter_name) AND count(d.meter_name) = count(*)
            THEN min(d.meter_name)
    END AS meter_name,
    CASE WHEN min(d.product_id) = max(d.product_id) THEN min(d.product_id) END AS product_id,
    CASE WHEN min(d.order_id) = max(d.order_id) THEN min(d.order_id) END AS order_id,
    CASE WHEN min(d.order_date) = max(d.order_date) THEN min(d.order_date) END AS order_date,
    CASE
        WHEN min(d.vendor_invoice_number) = max(d.vendor_invoice_number)
            THEN min(d.vendor_invoice_number)
    END AS vendor_invoice_number,
    CASE WHEN min(d.cost_currency) = max(d.cost_currency) THEN min(d.cost_currency) END
        AS cost_currency,
    CASE WHEN min(d.cost_exchange_rate) = max(d.cost_exchange_rate) THEN min(d.cost_exchange_rate)
    END AS cost_exchange_rate
FROM seen_detail AS d
WHERE d.is_usage
GROUP BY ALL
