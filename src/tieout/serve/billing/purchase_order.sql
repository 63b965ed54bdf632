-- The PO number of each order, known to the two sides of the contract it was placed under.
SELECT snapshot_id, contract_id, vendor_order_id AS order_id, min(po_number) AS po_number
FROM reference_orders
WHERE vendor_order_id IS NOT NULL AND po_number IS NOT NULL
GROUP BY snapshot_id, contract_id, vendor_order_id
