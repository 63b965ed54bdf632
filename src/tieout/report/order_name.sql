-- The number of each order, known to the two sides of the contract it was placed under, by the id that
-- lines know it by.
SELECT snapshot_id, contract_id, coalesce(vendor_order_id, order_id) AS order_id, min(order_number) AS order_number
FROM reference_orders
WHERE contract_id IN (SELECT contract_id FROM visible_invoice)
GROUP BY ALL
