-- Each question to the price rules, at each hop of its chain.
SELECT
    pricing.* EXCLUDE (asked_list),
    string_split(pricing.asked_list, chr(31)) AS listed,
    n.n::INT AS hop,
    path.vendor_id,
    path.customer_id AS end_customer_id,
    path.hops[n.n] AS c,
    path.hops[n.n - 1].currency AS cost_currency
FROM pricing
JOIN contract_path AS path USING (path_id), range(1, 9) AS n(n)
WHERE n.n <= len(path.hops)
