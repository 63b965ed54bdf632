-- Lines whose key stands on both sides: a pair where it is 1:1, else one group.
WITH counted AS (
    SELECT
        line_no,
        count(*) FILTER (side = 'purchase') OVER same_key AS purchases,
        count(*) FILTER (side = 'sales') OVER same_key AS sales,
        min(line_no) OVER same_key AS match_no
    FROM keyed_line
    WINDOW same_key AS (PARTITION BY tier_key)
)
SELECT
    line_no,
    CASE WHEN purchases = 1 AND sales = 1 THEN 'matched' ELSE 'group' END AS status,
    match_no
FROM counted
WHERE purchases > 0 AND sales > 0
