-- The lines of one-time offers whose order has an invoice of its own at some hop of their chain, each
-- with a chain of its own: that of its contracts and order, numbered after those of contracts alone.
WITH own_path AS (
    SELECT DISTINCT path.path_id, own.order_id
    FROM contract_path AS path
    CROSS JOIN unnest(path.hops) AS of_path (step)
    JOIN own_order AS own ON own.contract_id = step.contract_id
),
-- by the id that the vendor printed or the commitment's, else by the order of the subscription
named AS (
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
),
known AS (
    SELECT file_no, row_number, arg_min(order_id, rank) AS order_id
    FROM named
    GROUP BY file_no, row_number
)
SELECT
    file_no, row_number, path_id, known.order_id,
    (SELECT max(path_id) FROM contract_path)
    + dense_rank() OVER (ORDER BY path_id, known.order_id) AS chain_no
FROM known
JOIN priced_line USING (file_no, row_number)
JOIN own_path USING (path_id, order_id)
