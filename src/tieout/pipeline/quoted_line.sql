-- Each question as the vendor line of one unit for one cycle that begins on the day.
SELECT
    0::INT AS file_no, FALSE AS is_billed, 'asked' AS file_id, asked_no AS row_number,
    'asked-' || asked_no AS row_hash, vendor_id AS vendor, 'billed' AS billing_state,
    product_id, sku_id,
    CASE charge_kind WHEN 'Usage' THEN 'azure_plan' WHEN 'OneTime' THEN 'perpetual_software' ELSE 'licence' END
        AS product_family,
    'asked-' || asked_no AS subscription_id, billing_frequency,
    CASE charge_kind WHEN 'Usage' THEN 'Usage' ELSE 'new' END AS charge_type,
    CASE charge_kind WHEN 'Usage' THEN 'usage' ELSE 'new' END AS charge_kind,
    getvariable('quote_day')::DATE AS charge_start_date, meter_id,
    unit_price::DECIMAL(38, 24) AS unit_price, unit_price::DECIMAL(38, 24) AS effective_unit_price,
    1::DECIMAL(38, 18) AS quantity, 1::DECIMAL(38, 18) AS billable_quantity,
    coalesce(unit_price, 0)::DECIMAL(38, 18) AS subtotal, first_currency AS billing_currency
FROM quoted_base
