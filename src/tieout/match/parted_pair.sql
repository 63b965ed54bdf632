-- Rows of a seat change of which one waits: both wait, with one reason (arithmetic.md 3). A pair is
-- known by its reference id, else by product and SKU, and by charge type and dates (vendor-formats.md 6).
WITH waiting_event AS (
    SELECT
        vendor, invoice_number, subscription_id, reference_id, charge_type, charge_start_date, charge_end_date,
        CASE WHEN reference_id IS NULL THEN product_id END AS product_id,
        CASE WHEN reference_id IS NULL THEN sku_id END AS sku_id,
        min({'hop': coalesce(hop, 0), 'reason': reason}) AS first
    FROM waiting_line
    JOIN vendor_line USING (file_no, row_number)
    WHERE charge_type_id = 3 AND changes_seats(charge_kind)
    GROUP BY ALL
),
seat_change AS (
    SELECT
        line.file_no, line.row_number, event.first.reason AS reason,
        CASE WHEN event.first.hop > 0 THEN event.first.hop END AS hop,
        bool_or(line.subtotal < 0) OVER event AND bool_or(line.subtotal >= 0) OVER event AS is_pair
    FROM waiting_event AS event
    JOIN vendor_line AS line
        ON line.vendor = event.vendor
        AND line.subscription_id = event.subscription_id
        AND line.charge_type = event.charge_type
        AND line.charge_start_date = event.charge_start_date
        AND line.invoice_number IS NOT DISTINCT FROM event.invoice_number
        AND line.charge_end_date IS NOT DISTINCT FROM event.charge_end_date
        AND line.reference_id IS NOT DISTINCT FROM event.reference_id
        AND (event.product_id IS NULL OR line.product_id = event.product_id)
        AND (event.sku_id IS NULL OR line.sku_id = event.sku_id)
    WINDOW event AS (
        PARTITION BY
            event.vendor, event.invoice_number, event.subscription_id, event.reference_id,
            event.charge_type, event.charge_start_date, event.charge_end_date, event.product_id, event.sku_id
    )
)
SELECT file_no, row_number, reason, hop
FROM seat_change
JOIN priced_line USING (file_no, row_number)
WHERE is_pair
