-- Contracts whose payment terms lie beyond ten years.
SELECT
    'contracts.csv' AS file, "row", 'payment_terms_days' AS "column",
    quoted(payment_terms_days) || ' is more than 3660 days' AS reason
FROM now_contracts
WHERE CAST(payment_terms_days AS BIGINT) > 3660
