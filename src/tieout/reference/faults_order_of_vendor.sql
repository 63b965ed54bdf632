-- Orders that ask for invoices of their own under a contract that the vendor sells under: at hop 1 the
-- vendor makes the documents.
SELECT DISTINCT
    'orders.csv' AS file, placed."row", 'invoice_per_order' AS "column",
    quoted(placed.contract_id) || ' is a contract of the vendor, whose invoices are not made here' AS reason
FROM now_orders AS placed
JOIN now_contracts AS contract ON contract.contract_id = placed.contract_id
WHERE lower(placed.invoice_per_order) = 'yes' AND contract.seller_id = contract.vendor_id
