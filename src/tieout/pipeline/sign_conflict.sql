-- How many pairs have a purchase and a sale of opposite signs; only tier 0 makes such pairs.
SELECT count(*) AS lines
FROM link
WHERE (purchase_amount > 0 AND sales_amount < 0) OR (purchase_amount < 0 AND sales_amount > 0)
