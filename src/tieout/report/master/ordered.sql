-- The orders placed under the viewer's contracts; rows know an order by the vendor's id, else by ours.
SELECT
    coalesce(o.vendor_order_id, o.order_id) AS order_id, o.order_id AS reference_id, o.order_number,
    o.date AS order_date, lower(coalesce(o.invoice_per_order, 'no')) = 'yes' AS is_apart,
    own.contract_id, own.seller_id, own.buyer_id, own.currency
FROM known_orders AS o
JOIN own_contract AS own USING (contract_id)
