-- The sums of each document over the lines printed.
SELECT
    ordinal,
    count(*) AS line_count,
    sum(amount) AS total_price,
    coalesce(sum(vat), 0)::DECIMAL(38, 18) AS total_vat
FROM base_line
GROUP BY ordinal
