-- The hops of the chains that matched lines take: who sells to whom, by which contract.
SELECT
    path.path_id AS chain_no, n.n::INT AS hop, path.vendor_id AS vendor,
    path.hops[n.n].seller_id AS seller_id, path.hops[n.n].buyer_id AS buyer_id,
    path.hops[n.n].contract_id AS contract_id, path.hops[n.n].currency AS currency
FROM contract_path AS path, range(1, 9) AS n(n)
WHERE n.n <= len(path.hops) AND path.path_id IN (SELECT chain_no FROM matched_line)
