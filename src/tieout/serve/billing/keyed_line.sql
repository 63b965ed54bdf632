-- Each purchase line with the sales line of the same match key beside it, if that was published.
-- A key on two lines of a side is not used.
WITH sale AS (
    SELECT *, count(*) OVER (PARTITION BY match_key) = 1 AS is_own_key
    FROM numbered_line
    WHERE NOT is_purchase
),
purchase AS (
    SELECT *, count(*) OVER (PARTITION BY match_key) = 1 AS is_own_key
    FROM numbered_line
    WHERE is_purchase
)
SELECT
    p.*,
    sale.ordinal AS sale_ordinal, sale.line_id AS sale_line_id, sale.line_seq AS sale_line_seq,
    CASE
        WHEN sale.quantity = p.quantity AND sale.duration = p.duration THEN sale.unit_price
        -- the sale was computed in another form: its price per unit and time of the purchase line
        ELSE amount(
            (units(abs(sale.amount) + sale.discount) // 100000000 * 10000000000)
            // rounded_to_ten(p.quantity) * 10000000000 // rounded_to_ten(p.duration) * 100000000
        )
    END AS sale_unit_price,
    sale.discount AS sale_discount, sale.amount AS sale_amount,
    sale_document.currency AS sale_currency, sale_document.minor_digits AS sale_digits,
    sale_document.invoice_number AS sale_invoice_number,
    sale.ordinal IS NOT NULL AS is_matched,
    CASE WHEN sale.ordinal IS NOT NULL THEN 'matched' ELSE 'unmatched_purchase' END AS match_status,
    CASE WHEN sale.ordinal IS NOT NULL THEN 0 END AS match_tier,
    NULL::VARCHAR AS match_group_id,
    CASE
        WHEN sale.ordinal IS NOT NULL THEN NULL
        WHEN p.is_rounding THEN 'rounding'
        WHEN NOT p.is_own_key THEN 'ambiguous_count'
        WHEN (p.run_id, p.charge_no) IN (SELECT (run_id, charge_no) FROM own_sale)
            THEN 'not_published'
        ELSE 'cost_only'
    END AS match_reason,
    sign(sale.amount) * sign(p.amount) < 0 AS is_sign_conflict
FROM purchase AS p
LEFT JOIN sale ON p.match_key = sale.match_key AND p.is_own_key AND sale.is_own_key
LEFT JOIN document AS sale_document ON sale.ordinal = sale_document.ordinal
WHERE p.is_wanted
