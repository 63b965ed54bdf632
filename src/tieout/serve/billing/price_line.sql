-- The detail lines of the documents as printed: magnitudes, and the amount rounded with its sign.
SELECT
    doc.ordinal, doc.is_purchase, d.customer_id, d.subscription_id, FALSE AS is_rounding,
    d.match_key,
    CASE
        WHEN d.charge_type_id = 4 THEN 'usage'
        WHEN d.charge_type_id = 5 THEN 'one_time'
        WHEN d.charge_type_id = 7 THEN 'fee'
        WHEN d.charge_kind = 'credit' THEN 'credit'
        WHEN d.charge_type_id = 3 THEN 'correction'
        ELSE 'recurring'
    END AS line_kind,
    d.sku_id, coalesce(d.description, '') AS description, d.order_id,
    d.charge_start_date AS start_date, d.charge_end_date AS end_date, d.file_id, d.row_number,
    CASE WHEN d.effective_unit_price IS NULL THEN 1::DECIMAL(38, 18) ELSE abs(d.quantity) END
        AS quantity,
    abs(coalesce(d.effective_unit_price, d.total_price)) AS unit_price,
    minor_amount(d.total_price, doc.grain) AS amount
FROM document AS doc
INNER JOIN detail_line AS d
    ON doc.run_id = d.run_id
    AND doc.hop = d.hop
    AND doc.seller_id = d.seller_id
    AND doc.buyer_id = d.buyer_id
    AND doc.vendor_id = d.vendor
    AND doc.currency = d.currency
