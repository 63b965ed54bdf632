-- The sums of each purchase document over the lines printed.
SELECT
    p.ordinal,
    count(*) AS line_count,
    count(*) FILTER (WHERE p.is_matched) AS lines_matched,
    count(*) FILTER (WHERE NOT p.is_matched) AS lines_unmatched,
    sum(p.amount) AS purchases,
    coalesce(sum(p.amount) FILTER (WHERE p.is_matched), 0)::DECIMAL(38, 18) AS purchases_matched,
    coalesce(sum(p.amount) FILTER (WHERE NOT p.is_matched), 0)::DECIMAL(38, 18)
        AS purchases_unmatched,
    CASE WHEN count(DISTINCT sale.currency) <= 1
        THEN coalesce(sum(p.sale_amount), 0)::DECIMAL(38, 18) END AS sales,
    CASE WHEN count(DISTINCT sale.currency) = 1 THEN min(sale.currency) END AS sales_currency,
    coalesce(max(sale.minor_digits), 2) AS sales_digits
FROM linked_line AS p
LEFT JOIN document AS sale ON p.sale_ordinal = sale.ordinal
GROUP BY p.ordinal
