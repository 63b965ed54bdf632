-- For each date that counts: the last day on which some price rule or list price began or ended.
WITH boundary AS (
    SELECT valid_from AS day FROM rule
    UNION
    SELECT valid_to FROM rule
    UNION
    SELECT valid_from FROM list_price
    UNION
    SELECT valid_to FROM list_price
)
SELECT asked.rule_date, coalesce(boundary.day, DATE '0001-01-01') AS era
FROM (SELECT DISTINCT rule_date FROM placed_line WHERE missing IS NULL) AS asked
ASOF LEFT JOIN boundary ON asked.rule_date >= boundary.day
