-- The rates of the sheets, each currency and month once.
SELECT * EXCLUDE (file, place, moment)
FROM listed_exchange_rates
QUALIFY row_number() OVER (PARTITION BY "from", "to", source, date ORDER BY place, "row") = 1
