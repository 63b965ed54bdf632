-- The orders that have invoices of their own under a contract; lines know an order by the vendor's id,
-- where orders.csv gives it, else by ours. What the vendor sells is on the vendor's own documents.
SELECT DISTINCT
    orders.order_id AS reference_id, vendor_order_id,
    coalesce(vendor_order_id, orders.order_id) AS order_id, contract_id
FROM orders
WHERE lower(invoice_per_order) = 'yes'
    AND contract_id NOT IN (SELECT contract_id FROM contracts WHERE seller_id = vendor_id)
