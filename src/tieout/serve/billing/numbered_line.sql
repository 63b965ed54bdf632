-- Every printed line with LineId, SKU, rate id and tax, in the order of billing-api.md 2.4.
WITH both_kinds AS (
    SELECT * FROM kept_line
    UNION ALL BY NAME
    SELECT * FROM rounding_line
),
named AS (
    SELECT
        l.*, doc.minor_digits, doc.tax_rate::DECIMAL(38, 18) AS tax_rate, doc.tax_zone,
        customer.account_no, s.subscription_no,
        s.consumer_name, s.consumer_number, po.po_number AS line_po_number,
        l.charge_slot LIKE 'rate!_%' ESCAPE '!' IS TRUE AS is_resource,
        s.plan_rate_id AS plan_rate, s.rate_period_id AS rate_period, s.is_rate_period_missing,
        s.billing_frequency,
        coalesce(
            CASE WHEN l.product_id <> '' AND l.sku_id <> '' THEN l.product_id || ':' || l.sku_id END,
            nullif(l.sku_id, ''),
            CASE l.charge_slot
                WHEN 'plan_setup' THEN s.plan_setup_sku
                WHEN 'plan_subscription' THEN s.plan_subscription_sku
                WHEN 'plan_renewal' THEN s.plan_renewal_sku
                WHEN 'plan_transfer' THEN s.plan_transfer_sku
                WHEN 'plan_cancellation' THEN s.plan_cancellation_sku
                WHEN 'rate_setup' THEN s.rate_setup_sku
                WHEN 'rate_recurring' THEN s.rate_recurring_sku
                WHEN 'rate_overuse' THEN s.rate_overuse_sku
                WHEN 'rate_cancellation' THEN s.rate_cancellation_sku
            END,
            CASE WHEN l.charge_slot IS NOT NULL THEN s.sku_id END,
            ''
        ) AS sku
    FROM both_kinds AS l
    INNER JOIN document AS doc USING (ordinal)
    LEFT JOIN organization AS customer
        ON doc.snapshot_id = customer.snapshot_id AND l.customer_id = customer.organization_id
    LEFT JOIN subscription AS s
        ON doc.snapshot_id = s.snapshot_id AND l.subscription_id = s.subscription_id
    LEFT JOIN purchase_order AS po
        ON doc.snapshot_id = po.snapshot_id AND doc.contract_id = po.contract_id
        AND l.order_id = po.order_id
)
SELECT
    ordinal, is_purchase, is_wanted, hop, run_id, charge_no, customer_id, subscription_id, account_no,
    subscription_no, match_key, line_uid, line_kind, description, consumer_name, consumer_number,
    line_po_number, start_date, end_date, quantity, duration, unit_price, discount, amount,
    line_seq, is_rounding, minor_digits, tax_zone, tax_rate, vendor_invoice_number, product_id,
    CASE WHEN is_rounding THEN '' ELSE sku END AS sku,
    CASE WHEN is_resource THEN plan_rate END AS plan_rate_id,
    CASE WHEN is_resource THEN rate_period END AS rate_period_id,
    is_resource AND is_rate_period_missing IS TRUE AS is_rate_period_missing,
    CASE
        WHEN line_kind IN ('one_time', 'rounding') THEN 'OneTime'
        WHEN lower(billing_frequency) LIKE 'annual%' OR lower(billing_frequency) LIKE '%year%'
            THEN 'Year'
        ELSE 'Month'
    END AS duration_type,
    -- tax on the printed amount, rounded once, half away from zero
    amount(
        (2 * abs(units(amount)) // grain * rounded_to_ten(tax_rate) + 1000000000000)
        // 2000000000000 * grain * CASE WHEN amount < 0 THEN -1 ELSE 1 END
    ) AS vat,
    1 AS source_line_count,
    coalesce(source_id, row_number() OVER (
        PARTITION BY ordinal
        ORDER BY
            account_no NULLS LAST, customer_id, subscription_no NULLS LAST, subscription_id,
            is_rounding, start_date, end_date, description, exact_amount, match_key
    )) AS line_id
FROM named
