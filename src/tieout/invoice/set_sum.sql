-- The detail lines of a hop summed exactly by set.
SELECT
    set_no,
    count(*) AS line_count,
    sum(total_price) AS detail_total,
    min(effective_unit_price) AS effective_min,
    max(effective_unit_price) AS effective_max,
    count(effective_unit_price) AS effective_count,
    any_value(effective_unit_price_digits) AS effective_digits,
    min(cost_effective_unit_price) AS cost_effective_min,
    max(cost_effective_unit_price) AS cost_effective_max,
    any_value(cost_effective_unit_price_digits) AS cost_effective_digits,
    sum(cost_total_price) AS cost_detail_total,
    min(cost_currency) AS cost_currency_min, max(cost_currency) AS cost_currency_max,
    min(cost_exchange_rate) AS cost_rate_min, max(cost_exchange_rate) AS cost_rate_max
FROM detail_line
JOIN placed_charge USING (charge_no)
WHERE hop = getvariable('hop')
GROUP BY set_no
