-- What the differing lines move, by hop, seller, buyer and currency.
SELECT
    hop, "providerId", "consumerId", currency, count(*)::INT AS lines, shortest(sum(moved)) AS difference
FROM different_line
GROUP BY hop, "providerId", "consumerId", currency
ORDER BY hop, "providerId", "consumerId", currency
