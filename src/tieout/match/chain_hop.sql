-- The hops of the chains that matched lines take: who sells to whom, by which contract, and for which
-- order where that has an invoice of its own.
WITH chain AS (
    SELECT path_id AS chain_no, path_id, NULL::VARCHAR AS order_id FROM contract_path
    UNION ALL
    SELECT DISTINCT chain_no, path_id, order_id FROM ordered_line
),
placed AS (
    SELECT
        chain.chain_no, chain.order_id, n.n::INT AS hop, path.vendor_id AS vendor,
        path.hops[n.n].seller_id AS seller_id, path.hops[n.n].buyer_id AS buyer_id,
        path.hops[n.n].contract_id AS contract_id, path.hops[n.n].currency AS currency
    FROM chain
    JOIN contract_path AS path USING (path_id), range(1, 9) AS n(n)
    WHERE n.n <= len(path.hops) AND chain.chain_no IN (SELECT chain_no FROM matched_line)
)
SELECT
    * EXCLUDE (order_id),
    CASE WHEN (contract_id, order_id) IN (SELECT (contract_id, order_id) FROM own_order) THEN order_id END
        AS invoice_order_id
FROM placed
