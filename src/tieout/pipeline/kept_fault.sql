-- What keeps links from being kept: purchases that are no lines of the party's issued documents of
-- one month, and sales without a document date.
WITH purchase AS (
    SELECT
        line."row", line.currency, doc.period, doc.currency AS document_currency,
        min(doc.period) OVER () AS first_period
    FROM typed_line AS line
    LEFT JOIN (SELECT DISTINCT * FROM bought_invoice) AS doc ON line.invoice_id = doc.invoice_number
    WHERE line.side = 'purchase'
)
SELECT
    'purchase' AS side, "row", 'invoice_id' AS "column",
    'is no issued document that the party buys' AS reason
FROM purchase WHERE period IS NULL
UNION ALL
SELECT
    'purchase', "row", 'invoice_id', 'is a document of ' || period || ', others are of ' || first_period
FROM purchase WHERE period <> first_period
UNION ALL
SELECT 'purchase', "row", 'currency', 'is ' || currency || ', the document is in ' || document_currency
FROM purchase WHERE currency <> document_currency
UNION ALL
SELECT 'sales', "row", 'invoice_date', 'is needed to keep the links'
FROM typed_line WHERE side = 'sales' AND invoice_date IS NULL
