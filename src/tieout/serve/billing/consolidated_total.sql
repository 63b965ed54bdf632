-- The sums of each purchase document over the lines printed, with the sales beside them.
SELECT
    p.ordinal,
    count(*) AS line_count,
    count(*) FILTER (WHERE p.is_matched) AS lines_matched,
    count(*) FILTER (WHERE NOT p.is_matched) AS lines_unmatched,
    sum(p.amount) AS total_price,
    coalesce(sum(p.amount) FILTER (WHERE p.is_matched), 0)::DECIMAL(38, 18) AS purchases_matched,
    coalesce(sum(p.amount) FILTER (WHERE NOT p.is_matched), 0)::DECIMAL(38, 18)
        AS purchases_unmatched,
    CASE WHEN count(DISTINCT p.sale_currency) <= 1
        THEN coalesce(sum(p.sale_amount), 0)::DECIMAL(38, 18) END AS sales,
    CASE WHEN count(DISTINCT p.sale_currency) = 1 THEN min(p.sale_currency) END AS sales_currency,
    coalesce(max(p.sale_digits), 2) AS sales_digits
FROM base_line AS p
GROUP BY p.ordinal
