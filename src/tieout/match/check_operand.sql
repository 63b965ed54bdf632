-- Vendor lines with what the vendor's own arithmetic is replayed from, as integers: start values in
-- units of 10^-18, days, divisors, the stated price adjustment, the exchange rate, the quantity.
WITH dated AS (
    SELECT
        line.*,
        file.format,
        coalesce(line.subscription_start_date, line.charge_start_date) AS anchor_date,
        vendor_line.billing_state, vendor_line.tax_total, vendor_line.total, vendor_line.list_amount,
        vendor_line.discount_total, vendor_line.pricing_currency,
        coalesce(vendor_line.billable_quantity, vendor_line.quantity) AS q,
        CASE WHEN coalesce(vendor_line.pricing_currency, line.billing_currency) = line.billing_currency
            THEN 1::DECIMAL(38, 18) ELSE vendor_line.exchange_rate END AS rate,
        line.charge_end_date - line.charge_start_date + 1 AS days
    FROM classified_line AS line
    JOIN vendor_line USING (file_no, row_number)
    JOIN taken_file AS file USING (file_no)
),
cycled AS (
    SELECT
        *,
        CASE WHEN is_yearly THEN year_cycle_start(charge_start_date, anchor_date)
            ELSE month_cycle_start(charge_start_date, day(anchor_date)) END AS cycle_start,
        CASE WHEN is_yearly THEN year_cycle_end(charge_start_date, anchor_date)
            ELSE month_cycle_end(charge_start_date, day(anchor_date)) END AS cycle_end,
        date_diff('month', charge_start_date, charge_end_date + 1) AS months
    FROM dated
),
stated AS (
    SELECT
        *,
        CASE
            WHEN product_family = 'legacy_usage' THEN 'legacy_usage'
            WHEN format = 'ms_legacy_licence' THEN 'legacy'
            WHEN is_usage THEN 'usage'
            ELSE 'licence'
        END AS manner,
        CASE WHEN coalesce(effective_unit_price, subtotal) < 0 OR subtotal < 0 THEN -1 ELSE 1 END AS sign,
        CASE WHEN contains(lower(price_adjustment_description), 'fee') THEN 1 ELSE -1 END * coalesce(
            try_cast(regexp_extract(price_adjustment_description, '([0-9]{1,3}(\.[0-9]{1,4})?) ?%', 1) AS DECIMAL(9, 4)),
            0
        ) AS adjustment,
        gcd(units(rate), 1000000000000000000::HUGEINT) AS rate_common
    FROM cycled
)
SELECT
    file_no, row_number, invoice_number, billing_currency, manner, subtotal, tax_total, total,
    units(subtotal) AS wanted,
    abs(units(unit_price)) * sign AS price_start,
    units(effective_unit_price) AS effective_start,
    units(list_amount) AS list_units,
    units(discount_total) AS discount_units,
    CASE WHEN days BETWEEN 1 AND 9999 THEN days END::HUGEINT AS days_billed,
    CASE WHEN is_yearly THEN NULL ELSE day(last_day(cycle_start)) END::HUGEINT AS month_days,
    CASE WHEN cycle_end >= cycle_start THEN cycle_end - cycle_start + 1 END::HUGEINT AS cycle_days,
    CASE WHEN months BETWEEN 1 AND 999 AND charge_start_date + to_months(months::INT) = charge_end_date + 1
        THEN months END::HUGEINT AS months,
    greatest(1000000 + adjustment * 10000, 0)::HUGEINT AS adjusted_up,
    adjustment <> 0 AS is_adjusted,
    units(rate) // rate_common AS rate_up,
    1000000000000000000::HUGEINT // rate_common AS rate_down,
    CASE WHEN units(q) % 1000000000000 = 0 THEN units(q) // 1000000000000 ELSE units(q) END AS quantity_whole,
    CASE WHEN units(q) % 1000000000000 = 0 THEN 1000000::HUGEINT ELSE 1000000000000000000::HUGEINT END
        AS quantity_scale,
    units(q) // 100 + 10000000000000000 AS tolerance
FROM stated
