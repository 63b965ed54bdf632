-- Reservations and savings plans whose order is known by the commitment's id only: orders.csv has it
-- as vendor_order_id, and none has the order id that the vendor prints on the line.
WITH known AS (
    SELECT DISTINCT vendor_order_id AS order_id FROM orders WHERE vendor_order_id IS NOT NULL
)
SELECT line.file_no, line.row_number, known.order_id
FROM vendor_line AS line
JOIN known ON known.order_id = line.commitment_id
WHERE line.product_family IN ('reservation', 'savings_plan')
    AND NOT EXISTS (SELECT 1 FROM known AS printed WHERE printed.order_id = line.order_id)
