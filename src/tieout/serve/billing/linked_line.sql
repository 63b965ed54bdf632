-- Each purchase line with the sales line of the same match key beside it, if that was published.
SELECT
    p.*,
    sale.ordinal AS sale_ordinal, sale.line_id AS sale_line_id,
    sale.unit_price AS sale_unit_price, sale.amount AS sale_amount,
    sale.ordinal IS NOT NULL AS is_matched,
    CASE
        WHEN sale.ordinal IS NOT NULL THEN NULL
        WHEN p.is_rounding THEN 'rounding'
        ELSE 'not_published'
    END AS match_reason
FROM numbered_line AS p
LEFT JOIN (SELECT * FROM numbered_line WHERE NOT is_purchase) AS sale ON p.match_key = sale.match_key
WHERE p.is_purchase
