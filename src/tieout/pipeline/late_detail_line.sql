-- The detail lines of late lines at every hop, amounts of what takes lines back turned round; and the
-- invoice of the line's own month there, where the month has one.
WITH detail AS (
    SELECT NULL::VARCHAR AS run_id, * FROM added_detail
    UNION ALL BY NAME
    SELECT * EXCLUDE (of_month) FROM ran_detail_line SEMI JOIN billed_line USING (run_id, charge_no)
),
told AS (
    SELECT run_id, charge_no, hop, adjusts_invoice_id
    FROM ran_carried_line
    WHERE late_of = getvariable('late_of')
),
signed AS (
    SELECT
        entry.late_no, entry.run_id, entry.charge_no AS its_no, detail.* EXCLUDE (run_id, charge_no) REPLACE (
            CASE WHEN is_taken_back THEN -effective_unit_price ELSE effective_unit_price END AS effective_unit_price,
            CASE WHEN is_taken_back THEN -total_price ELSE total_price END AS total_price,
            CASE WHEN is_taken_back THEN -cost_effective_unit_price ELSE cost_effective_unit_price END
                AS cost_effective_unit_price,
            CASE WHEN is_taken_back THEN -cost_total_price ELSE cost_total_price END AS cost_total_price
        ),
        is_taken_back OR entry.run_id IS NULL AS is_open
    FROM late_entry AS entry
    JOIN detail
        ON detail.charge_no = entry.charge_no AND detail.run_id IS NOT DISTINCT FROM entry.run_id
)
SELECT
    signed.* EXCLUDE (late_no, its_no, run_id, is_open), late_no AS charge_no,
    CASE WHEN is_open THEN key.invoice_id ELSE told.adjusts_invoice_id END AS adjusts_invoice_id
FROM signed
LEFT JOIN told ON told.run_id = signed.run_id AND told.charge_no = its_no AND told.hop = signed.hop
LEFT JOIN invoice_key AS key
    ON key.hop = signed.hop AND key.seller_id = signed.seller_id AND key.buyer_id = signed.buyer_id
    AND key.vendor = signed.vendor AND key.currency = signed.currency
    AND key.invoice_order_id IS NOT DISTINCT FROM signed.invoice_order_id
ORDER BY signed.hop, late_no
