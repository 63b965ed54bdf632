-- The PO number of each order, known to the two sides of the contract it was placed under, by the id
-- that lines know it by.
SELECT
    snapshot_id, contract_id, coalesce(vendor_order_id, order_id) AS order_id,
    min(po_number) AS po_number
FROM reference_orders
WHERE po_number IS NOT NULL AND contract_id IN (SELECT contract_id FROM document)
GROUP BY ALL
