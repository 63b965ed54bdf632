-- What the consolidated lines of known invoices come to, computed again.
SELECT
    invoice_id, subscription_id, charge_type_id, part, line_count,
    amount(rounded_units) AS total_price,
    detail_total,
    amount(rounded_units) - detail_total AS rounding_residual,
    source_line_count,
    amount(rounded_cost_units) AS cost_total_price
FROM rounded_group
