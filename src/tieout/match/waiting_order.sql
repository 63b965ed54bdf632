-- The orders with invoices of their own that parked lines are on.
SELECT DISTINCT own_line.order_id
FROM own_line
JOIN taken_file USING (file_no)
JOIN parked_line USING (file_id, row_number)
