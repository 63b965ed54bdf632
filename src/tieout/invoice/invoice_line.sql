-- Consolidated lines (reporting-api.md 6.1): rounded once, the residual beside it, in order.
WITH shaped AS (
    SELECT
        *,
        sha1(invoice_bytes || encode(concat_ws(chr(31), 'consolidated', subscription_id, charge_type_id)))
            AS row_hash,
        line_count = 1 AND NOT is_usage AS is_lone,
        line_count > 1 AND NOT is_usage AND charge_type_id <> 3
            AND line_start = line_start_max
            AND (end_count = 0 OR (end_count = line_count AND line_end = line_end_min)) AS may_keep_price,
        amount(rounded_units) AS total_price,
        amount(rounded_cost_units) AS cost_total_price
    FROM rounded_group
),
priced AS (
    SELECT
        *,
        may_keep_price AND effective_min = effective_max AND effective_count = line_count AS keeps_price,
        may_keep_price AND cost_effective_min = cost_effective_max AS keeps_cost_price
    FROM shaped
)
SELECT
    invoice_id,
    uuid5_of_sha1(row_hash)::VARCHAR AS row_id,
    hop, seller_id, buyer_id, currency, vendor, contract_id, invoice_order_id, subscription_id, customer_id,
    charge_type_id, is_usage,
    line_no,
    CASE WHEN is_lone OR is_usage THEN line_start ELSE cycle_start END AS charge_start_date,
    CASE WHEN is_lone OR is_usage THEN line_end ELSE cycle_end END AS charge_end_date,
    CASE WHEN is_lone OR keeps_price THEN quantity_sum ELSE 1 END::DECIMAL(38, 18) AS quantity,
    CASE WHEN is_lone THEN quantity_digits END AS quantity_digits,
    CASE
        WHEN (is_lone OR keeps_price) AND effective_min IS NOT NULL THEN effective_min
        ELSE total_price
    END AS unit_price,
    CASE
        WHEN (is_lone OR keeps_price) AND effective_min IS NOT NULL THEN effective_digits
        ELSE NULL
    END AS unit_price_digits,
    total_price,
    detail_total,
    total_price - detail_total AS rounding_residual,
    line_count - typed_count AS source_line_count,
    CASE WHEN line_count = 1 AND typed_count = 0 THEN match_key END AS match_key,
    CASE WHEN vendor_invoice_min = vendor_invoice_max THEN vendor_invoice_min END AS vendor_invoice_number,
    product_id,
    CASE WHEN line_count = 1 THEN meter_name END AS meter_name,
    CASE WHEN line_count = 1 THEN order_id END AS order_id,
    CASE WHEN line_count = 1 THEN order_date END AS order_date,
    CASE
        WHEN cost_total_price IS NULL THEN NULL
        WHEN (is_lone OR keeps_cost_price) AND cost_effective_min IS NOT NULL THEN cost_effective_min
        ELSE cost_total_price
    END AS cost_unit_price,
    CASE
        WHEN (is_lone OR keeps_cost_price) AND cost_effective_min IS NOT NULL THEN cost_effective_digits
    END AS cost_unit_price_digits,
    cost_total_price,
    CASE WHEN cost_total_price IS NOT NULL THEN cost_currency_min END AS cost_currency,
    CASE WHEN cost_total_price IS NOT NULL AND cost_rate_min = cost_rate_max THEN cost_rate_min END
        AS cost_exchange_rate,
    CASE
        WHEN cost_total_price IS NOT NULL AND cost_rate_min = cost_rate_max
            THEN amount(rounded_units - CASE
                WHEN cost_rate_min = 1 THEN rounded_cost_units
                ELSE rounded_cost_units // cost_grain * units(cost_rate_min) // (1000000000000000000 // cost_grain)
            END)
    END AS margin_amount,
    NULL::VARCHAR AS origin, NULL::VARCHAR AS part, NULL::VARCHAR AS credits_row_id, NULL::VARCHAR AS details,
    NULL::VARCHAR AS adjusts_invoice_id
FROM priced
