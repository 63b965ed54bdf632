-- Currencies whose vendor lines, and late lines of other months, are not hop-1 detail lines plus parked
-- lines plus those set aside plus those that are late here.
WITH said AS (
    SELECT billing_currency AS currency, subtotal AS "left", 0::DECIMAL(38, 18) AS "right" FROM read_line
    UNION ALL
    SELECT currency, total_price, 0 FROM carried_detail WHERE hop = 1
    UNION ALL
    SELECT currency, 0, total_price FROM detail_line WHERE hop = 1
    UNION ALL
    SELECT currency, 0, total_price FROM late_detail_line WHERE hop = 1
    UNION ALL
    SELECT currency, 0, amount FROM parked_line
    UNION ALL
    SELECT currency, 0, amount FROM set_aside_line
)
SELECT currency, sum("left") AS "left", sum("right") AS "right"
FROM said
GROUP BY currency
HAVING sum("left") <> sum("right")
