-- Lines and money by hop and currency; the vendor's total stands at hop 1 only.
WITH exact AS (
    SELECT hop, currency, count(*) AS lines, sum(total_price) AS detail_total
    FROM detail_line GROUP BY hop, currency
),
shown AS (
    SELECT hop, currency, sum(total_price) AS invoice_total, sum(rounding_residual) AS residual
    FROM invoice_line GROUP BY hop, currency
),
vendor AS (
    SELECT placed.currency, sum(placed.total_price) AS vendor_total
    FROM (
        SELECT matched.total_price, price.currency
        FROM matched_line AS matched
        JOIN hop_price AS price ON price.pricing_id = matched.pricing_id AND price.hop = 1
    ) AS placed
    GROUP BY placed.currency
)
SELECT
    exact.hop,
    exact.currency,
    exact.lines,
    CASE WHEN exact.hop = 1 THEN shortest(coalesce(vendor.vendor_total, 0)) END AS "vendorTotal",
    shortest(exact.detail_total) AS "detailTotal",
    shortest(shown.residual) AS residual,
    shortest(shown.invoice_total) AS "invoiceTotal"
FROM exact
JOIN shown USING (hop, currency)
LEFT JOIN vendor USING (currency)
ORDER BY exact.hop, exact.currency
