-- Vendor lines, narrow, with their charge class (reporting-api.md 5.2, rulings 19) and the day
-- that counts; the wide columns wait in `vendor_line` until a line is matched.
WITH worded AS (
    SELECT *, lower(replace(charge_type, ' ', '')) AS word FROM vendor_line
),
kinded AS (
    SELECT
        *,
        (charge_kind = 'usage' OR product_family IN ('azure_plan', 'legacy_usage')) AS is_usage,
        is_one_time(product_family) AS is_one_time,
        charge_kind IN ('new', 'renew', 'cycle_fee') AND word NOT IN ('extendterm', 'activationfee') AS is_fee,
        -- words of legacy files; "fees" and "fee", and what bought things are called, are one
        replace(word, 'fees', 'fee') IN (
            'purchasefee', 'proratefeewhenpurchase', 'proratefeewhenpurchased', 'proratefeewhenbuy'
        ) AS is_purchase_fee
    FROM worded
)
SELECT
    file_no, row_number, vendor, invoice_number,
    subscription_id, entitlement_id, product_id, sku_id, product_family,
    charge_kind = 'credit' AS is_credit, is_usage,
    CASE
        WHEN is_usage AND charge_kind <> 'credit' THEN 4
        WHEN is_one_time AND (is_fee OR word = 'purchase') THEN 5
        WHEN is_purchase_fee THEN 1
        WHEN is_fee THEN 2
        ELSE 3
    END AS charge_type_id,
    is_one_time OR charge_end_date IS NULL AS is_undivided,
    coalesce(usage_date, charge_start_date) AS match_date,
    charge_start_date, charge_end_date, subscription_start_date,
    lower(coalesce(billing_frequency, '')) IN ('annual', 'yearly', 'p1y') AS is_yearly,
    billing_currency, unit_price, effective_unit_price, subtotal,
    coalesce(billable_quantity, quantity, 1::DECIMAL(38, 18)) AS reconciled_quantity,
    price_adjustment_description,
    CASE
        WHEN NOT getvariable('asks_list') THEN NULL
        WHEN product_family = 'perpetual_software' THEN 'OneTime'
        ELSE term_of_months(date_diff('month', subscription_start_date, subscription_end_date + 1))
    END AS term,
    CASE WHEN getvariable('asks_list') THEN meter_id END AS meter_id,
    CASE WHEN getvariable('asks_list') THEN lower(billing_frequency) END AS billing_plan,
    CASE
        WHEN is_usage
            THEN coalesce(partner_earned_credit_rate, stated_credit_rate(price_adjustment_description))
    END AS credit_rate
FROM kinded
