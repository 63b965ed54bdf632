-- One row per invoice, subscription and charge class, rounded once (reporting-api.md 6.1); where
-- lines are broken out, of the classes alone that are not: all others, or those of old invoices (6.2.4).
SELECT
    l.ordinal, l.invoice_id, l.snapshot_id, l.contract_id,
    0 AS phase, NULL::DATE AS sort_start, NULL::DATE AS sort_end, NULL::INTEGER AS sort_sign,
    NULL::VARCHAR AS file_id, l.line_no AS row_number,
    l.row_id, NULL::VARCHAR AS row_hash, NULL::VARCHAR AS parent_row_id,
    CASE WHEN l.origin = 'custom' THEN 'custom' ELSE 'consolidated' END AS row_kind, l.part,
    l.match_key, l.subscription_id, l.product_id,
    NULL::VARCHAR AS vendor_invoice_row_id, NULL::VARCHAR AS customer_domain,
    class.name AS charge_type, l.charge_type_id, l.charge_start_date, l.charge_end_date,
    l.quantity, l.quantity_digits, l.unit_price, l.unit_price_digits,
    l.unit_price AS effective_unit_price, l.unit_price_digits AS effective_unit_price_digits,
    l.total_price, l.minor_digits AS total_price_digits, l.rounding_residual,
    l.cost_unit_price, l.cost_unit_price_digits, l.cost_total_price,
    coalesce(coin.digits, l.minor_digits) AS cost_total_price_digits,
    l.cost_currency, l.cost_exchange_rate, l.minor_digits AS margin_digits,
    l.vendor_invoice_number, l.order_id, l.order_date, l.meter_name, l.source_line_count,
    l.details AS custom_charge_details, l.credits_row_id, l.adjusts_invoice_id
FROM (
    -- A line alone keeps its quantity (6.1.3). Shown as one: a Correction where all of them are, and a line
    -- that states no price per unit, so that the price of the row is its total.
    SELECT * REPLACE (
        CASE WHEN shows_one THEN 1 ELSE quantity END::DECIMAL(38, 18) AS quantity,
        CASE WHEN NOT shows_one THEN quantity_digits END AS quantity_digits,
        CASE WHEN shows_one THEN total_price ELSE unit_price END AS unit_price,
        CASE WHEN NOT shows_one THEN unit_price_digits END AS unit_price_digits,
        CASE WHEN shows_one THEN cost_total_price ELSE cost_unit_price END AS cost_unit_price,
        CASE WHEN NOT shows_one THEN cost_unit_price_digits END AS cost_unit_price_digits
    )
    FROM (
        SELECT
            *,
            (charge_type_id = 3 AND coalesce(getvariable('corrections_are_one'), FALSE))
            OR (unit_price = total_price AND unit_price_digits IS NULL AND total_price <> 0) AS shows_one
        FROM seen_line
    )
) AS l
LEFT JOIN charge_class AS class USING (charge_type_id)
LEFT JOIN currency_coin AS coin ON l.cost_currency = coin.currency
WHERE NOT getvariable('is_expanded')
    OR (getvariable('others_consolidated') AND l.charge_type_id NOT IN (3, 7))
    OR (l.charge_type_id IN (3, 7) AND left(l.invoice_date, 10) <= getvariable('corrections_until'))
    OR (
        l.charge_type_id NOT IN (3, 7)
        AND NOT getvariable('corrections_only')
        AND left(l.invoice_date, 10) <= getvariable('others_until')
    )
