-- Lines that found everything, in the order of the chain, with the key that all their hops share.
WITH numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY vendor, invoice_number, line_key ORDER BY row_hash, file_id, row_number
        )::INT AS line_seq
    FROM priced_line
    WHERE missing IS NULL AND hop_missing IS NULL AND NOT is_not_reproduced
),
signed AS (
    SELECT
        *,
        sha256(unhex(getvariable('outer_pad')) || unhex(sha256(
            unhex(getvariable('inner_pad'))
            || (vendor || chr(31) || coalesce(invoice_number, '') || chr(31) || line_key || chr(31) || line_seq)::BLOB
        ))) AS mac
    FROM numbered
)
SELECT
    pricing_id, hops, file_id, row_number, vendor, line_key, line_seq,
    'mk_' || base32_of_15(mac) AS match_key,
    path_id, our_subscription_id AS subscription_id, end_customer_id AS customer_id,
    invoice_number AS vendor_invoice_number, vendor_invoice_row_id, customer_domain, product_id,
    sku_id, coalesce(sku_name, product_name) AS description, meter_name, order_id, order_date,
    charge_type, charge_kind, charge_type_id, is_usage, charge_start_date, charge_end_date,
    cycle_start, cycle_end, days_billed, days_cycle, profile,
    reconciled_quantity AS quantity,
    CASE WHEN billable_quantity IS NULL THEN NULL ELSE billable_quantity_digits END AS quantity_digits,
    unit_price::DECIMAL(38, 18) AS unit_price, unit_price_digits,
    effective_unit_price::DECIMAL(38, 18) AS effective_unit_price, effective_unit_price_digits,
    subtotal AS total_price, subtotal_digits AS total_price_digits,
    CASE
        WHEN effective_unit_price < 0 THEN -1
        WHEN effective_unit_price > 0 THEN 1
        WHEN effective_unit_price = 0 AND unit_price <> 0 THEN 0
        WHEN subtotal < 0 THEN -1
        ELSE 1
    END AS sign
FROM signed
ORDER BY path_id, subscription_id, file_id, row_number
