-- Vendor lines with their charge class (reporting-api.md 5.2, rulings 19) and the day that counts.
WITH worded AS (
    SELECT *, lower(replace(charge_type, ' ', '')) AS word FROM vendor_line
),
kinded AS (
    SELECT
        *,
        (word = 'usage' OR product_family IN ('azure_plan', 'legacy_usage')) AS is_usage,
        product_family IN ('reservation', 'savings_plan', 'perpetual_software') AS is_one_time
    FROM worded
)
SELECT
    * EXCLUDE (word, is_one_time),
    CASE
        WHEN is_usage AND charge_kind <> 'credit' THEN 4
        WHEN is_one_time AND charge_kind IN ('new', 'renew', 'cycle_fee') AND word <> 'extendterm' THEN 5
        WHEN charge_kind IN ('new', 'renew', 'cycle_fee') AND word <> 'extendterm' THEN 2
        ELSE 3
    END AS charge_type_id,
    is_one_time OR charge_end_date IS NULL AS is_undivided,
    coalesce(usage_date, charge_start_date) AS match_date,
    lower(coalesce(billing_frequency, '')) IN ('annual', 'yearly', 'p1y') AS is_yearly,
    coalesce(vendor_invoice_row_id, row_hash) AS line_key
FROM kinded
