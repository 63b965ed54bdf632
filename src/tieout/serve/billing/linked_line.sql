-- Lines linked by their keys, and beside the others what `tieout match` found and kept.
SELECT
    k.* REPLACE (
        CASE WHEN filed.sales_amount IS NULL THEN k.sale_unit_price
            -- a price line tells no unit price there: per unit and time of the purchase line
            ELSE amount(
                (units(abs(filed.sales_amount)) // 100000000 * 10000000000)
                // rounded_to_ten(k.quantity) * 10000000000 // rounded_to_ten(k.duration) * 100000000
            )
        END AS sale_unit_price,
        CASE WHEN filed.sales_amount IS NULL THEN k.sale_discount ELSE 0 END AS sale_discount,
        coalesce(k.sale_amount, minor_amount(filed.sales_amount, doc.grain)) AS sale_amount,
        CASE WHEN filed.sales_amount IS NULL THEN k.sale_currency ELSE filed.currency END AS sale_currency,
        CASE WHEN filed.sales_amount IS NULL THEN k.sale_digits ELSE filed.minor_digits END AS sale_digits,
        coalesce(k.sale_invoice_number, filed.sales_invoice_id) AS sale_invoice_number,
        coalesce(k.sale_line_id, filed.sales_line_id) AS sale_line_id,
        k.is_matched OR filed.tier IS NOT NULL AS is_matched,
        coalesce(filed.status, k.match_status) AS match_status,
        coalesce(filed.tier, k.match_tier) AS match_tier,
        filed.match_group_id AS match_group_id,
        CASE WHEN filed.tier IS NULL THEN coalesce(filed.reason, k.match_reason) END AS match_reason,
        coalesce(sign(filed.sales_amount) * sign(k.amount) < 0, k.is_sign_conflict) AS is_sign_conflict
    )
FROM keyed_line AS k
INNER JOIN document AS doc USING (ordinal)
LEFT JOIN filed_link AS filed
    ON k.match_reason IN ('cost_only', 'ambiguous_count')
    AND doc.invoice_number = filed.purchase_invoice_id
    AND k.line_id = filed.purchase_line_id
    AND k.line_seq = filed.purchase_line_seq
    AND k.amount = minor_amount(filed.purchase_amount, doc.grain)
