-- The lines of one-time offers on orders that have invoices of their own: by the id that the vendor
-- printed or the commitment's, else by the order of the subscription.
WITH named AS (
    SELECT file_no, row_number, order_id, 1 AS rank
    FROM vendor_line
    WHERE order_id IN (SELECT vendor_order_id FROM own_order) AND is_one_time(product_family)
    UNION ALL
    SELECT file_no, row_number, order_id, 2
    FROM commitment_order
    WHERE order_id IN (SELECT vendor_order_id FROM own_order)
    UNION ALL
    SELECT line.file_no, line.row_number, own.order_id, 3
    FROM priced_line AS line
    JOIN (
        SELECT subscription_id, arg_max(order_id, valid_from) AS reference_id
        FROM subscriptions
        WHERE order_id IN (SELECT reference_id FROM own_order)
        GROUP BY subscription_id
    ) AS held ON held.subscription_id = line.our_subscription_id
    JOIN own_order AS own USING (reference_id)
    JOIN vendor_line AS said USING (file_no, row_number)
    WHERE is_one_time(said.product_family)
)
SELECT file_no, row_number, arg_min(order_id, rank) AS order_id
FROM named
GROUP BY file_no, row_number
