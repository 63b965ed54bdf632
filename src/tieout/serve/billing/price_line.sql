-- The detail lines of the documents as printed: magnitudes, and the amount rounded with its sign.
SELECT
    doc.ordinal, doc.is_purchase, c.customer_id, c.subscription_id, FALSE AS is_rounding,
    c.match_key,
    CASE
        WHEN c.charge_type_id = 4 THEN 'usage'
        WHEN c.charge_type_id = 5 THEN 'one_time'
        WHEN c.charge_type_id = 7 THEN 'fee'
        WHEN c.charge_kind = 'credit' THEN 'credit'
        WHEN c.charge_type_id = 3 THEN 'correction'
        ELSE 'recurring'
    END AS line_kind,
    c.sku_id, coalesce(c.description, '') AS description, c.order_id,
    c.charge_start_date AS start_date, c.charge_end_date AS end_date, c.file_id, c.row_number,
    CASE WHEN d.effective_unit_price IS NULL THEN 1::DECIMAL(38, 18) ELSE abs(c.quantity) END
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
INNER JOIN charge AS c ON d.run_id = c.run_id AND d.charge_no = c.charge_no
