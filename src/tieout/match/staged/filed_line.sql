-- The lines of both files.
SELECT 'purchase' AS side, * FROM purchase_line
UNION ALL BY NAME
SELECT 'sales' AS side, * FROM sales_line
