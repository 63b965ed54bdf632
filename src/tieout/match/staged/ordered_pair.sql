-- Lines whose key stands equally often on both sides: paired, in a total order where it is not 1:1.
WITH placed AS (
    SELECT
        line_no, tier_key,
        count(*) FILTER (side = 'purchase') OVER same_key AS purchases,
        count(*) FILTER (side = 'sales') OVER same_key AS sales,
        row_number() OVER (
            PARTITION BY tier_key, side
            ORDER BY start_date, end_date, abs(amount), line_id, line_seq, content_hash, line_no
        ) AS place
    FROM keyed_line
    WINDOW same_key AS (PARTITION BY tier_key)
)
SELECT
    line_no,
    CASE WHEN purchases = 1 THEN 'matched' ELSE 'matched_by_order' END AS status,
    min(line_no) OVER (PARTITION BY tier_key, place) AS match_no
FROM placed
WHERE purchases = sales
