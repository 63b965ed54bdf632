-- The detail lines of known invoices summed exactly again, one row per consolidated line, with what
-- is rounded as integers of 10^-18.
WITH regrouped AS (
    SELECT
        invoice_id, subscription_id, charge_type_id, part, known_line.currency,
        sum(total_price) AS detail_total,
        count(*) AS line_count,
        count(*) - count(origin) AS source_line_count,
        sum(cost_total_price) AS cost_detail_total,
        min(cost_currency) AS cost_currency_min, max(cost_currency) AS cost_currency_max
    FROM known_line
    JOIN charge USING (charge_no)
    GROUP BY invoice_id, subscription_id, charge_type_id, part, known_line.currency
)
SELECT
    regrouped.*,
    units(detail_total) AS total_units,
    CASE WHEN cost_currency_min = cost_currency_max THEN units(cost_detail_total) END AS cost_units,
    minor.grain::HUGEINT AS minor_grain,
    coalesce(cost.grain::HUGEINT, 1) AS cost_grain
FROM regrouped
JOIN minor_grain AS minor USING (currency)
LEFT JOIN minor_grain AS cost ON cost.currency = cost_currency_min
