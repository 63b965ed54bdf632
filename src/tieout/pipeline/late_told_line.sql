-- The lines that a month with verified invoices reads, and those that another month bills already.
SELECT * FROM vendor_line
UNION ALL BY NAME
SELECT line.*
FROM standing_line AS line
SEMI JOIN (SELECT * FROM told_again WHERE NOT is_own) AS told USING (file_id, row_number)
