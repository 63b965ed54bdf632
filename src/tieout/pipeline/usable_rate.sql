-- The exchange rates that matching can use exactly: up to 17 digits that count, as many as a
-- vendor's sheet prints.
SELECT *
FROM current_exchange_rates
WHERE length(rtrim(ltrim(replace(base_rate, '.', ''), '0'), '0')) <= 17
