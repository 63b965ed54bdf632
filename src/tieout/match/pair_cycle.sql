-- Rows of a seat change fall in one charge cycle, that of its credit (rulings 7): the rows of the
-- changes whose rows do not by themselves.
WITH seat_change AS (
    SELECT
        file_no, row_number,
        bool_or(line.subtotal < 0) OVER event AND bool_or(line.subtotal >= 0) OVER event AS is_pair,
        first_value({
            'rule_date': rule_date, 'cycle_start': cycle_start, 'cycle_end': cycle_end,
            'first_cycle_end': first_cycle_end, 'yearly': yearly
        }) OVER (
            event ORDER BY line.subtotal >= 0, rule_date, first_cycle_end, cycle_end, yearly
        ) AS pair
    FROM unlike_change
    JOIN vendor_line AS line USING (file_no, row_number)
    WHERE changes_seats(line.charge_kind)
    WINDOW event AS (
        PARTITION BY
            line.vendor, line.invoice_number, line.subscription_id, line.reference_id,
            line.charge_type, line.charge_start_date, line.charge_end_date,
            CASE WHEN line.reference_id IS NULL THEN line.product_id END,
            CASE WHEN line.reference_id IS NULL THEN line.sku_id END
    )
)
SELECT file_no, row_number, pair
FROM seat_change
WHERE is_pair
