-- Exchange rates that are finer than matching takes; a vendor's sheet is kept as it came.
SELECT
    'exchange_rates.csv' AS file, "row", 'base_rate' AS "column",
    quoted(base_rate) || ' has more than 12 decimals' AS reason
FROM now_exchange_rates
WHERE length(split_part(base_rate, '.', 2)) > 12 AND source <> 'Microsoft'
