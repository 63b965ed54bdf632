-- The lines that newly wait or no longer do, counted and summed by reason and currency.
SELECT
    "reasonBefore", "reasonAfter", currency, count(*)::INT AS count,
    shortest(sum(amount::DECIMAL(38, 18))) AS amount
FROM replaced
GROUP BY ALL
ORDER BY ALL
