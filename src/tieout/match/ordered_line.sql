-- The lines whose order has an invoice of its own at some hop of their chain, each with a chain of its
-- own: that of its contracts and order, numbered after those of contracts alone.
WITH own_path AS (
    SELECT DISTINCT path.path_id, own.order_id
    FROM contract_path AS path
    CROSS JOIN unnest(path.hops) AS of_path (step)
    JOIN own_order AS own ON own.contract_id = step.contract_id
)
SELECT
    file_no, row_number, path_id, own_line.order_id,
    (SELECT max(path_id) FROM contract_path)
    + dense_rank() OVER (ORDER BY path_id, own_line.order_id) AS chain_no
FROM own_line
JOIN priced_line USING (file_no, row_number)
JOIN own_path USING (path_id, order_id)
