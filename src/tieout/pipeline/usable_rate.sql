-- The exchange rates that matching can use: those of a vendor's sheet may be finer than it takes.
SELECT *
FROM current_exchange_rates
WHERE length(split_part(base_rate, '.', 2)) <= 12
