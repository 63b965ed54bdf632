-- Money and margin of a month before and after, by hop, parties, end customer and currency.
WITH both_sides AS (
    SELECT TRUE AS is_after, * FROM after_line
    UNION ALL BY NAME
    SELECT FALSE AS is_after, * FROM before_line
)
SELECT
    hop, seller_id, buyer_id, customer_id, currency,
    coalesce(sum(total_price) FILTER (NOT is_after), 0)::DECIMAL(38, 18) AS total_before,
    coalesce(sum(total_price) FILTER (is_after), 0)::DECIMAL(38, 18) AS total_after,
    CASE
        WHEN hop = 1 THEN NULL
        WHEN coalesce(bool_and(margin_amount IS NOT NULL) FILTER (NOT is_after), TRUE)
            THEN coalesce(sum(margin_amount) FILTER (NOT is_after), 0)
    END::DECIMAL(38, 18) AS margin_before,
    CASE
        WHEN hop = 1 THEN NULL
        WHEN coalesce(bool_and(margin_amount IS NOT NULL) FILTER (is_after), TRUE)
            THEN coalesce(sum(margin_amount) FILTER (is_after), 0)
    END::DECIMAL(38, 18) AS margin_after
FROM both_sides
GROUP BY hop, seller_id, buyer_id, customer_id, currency
