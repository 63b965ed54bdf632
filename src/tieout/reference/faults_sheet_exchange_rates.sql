-- Exchange rates of a currency to itself, and two rates of one currency for one month.
WITH compared AS (
    SELECT
        *,
        first_value({'file': file, 'row': "row", 'base_rate': base_rate})
            OVER (PARTITION BY "from", "to", source, date ORDER BY place, "row") AS first
    FROM listed_exchange_rates
)

SELECT
    file, "row", 'base_rate' AS "column",
    quoted(base_rate) || ' is a rate of ' || "from" || ' to itself' AS reason
FROM listed_exchange_rates
WHERE "from" = "to"
UNION ALL
SELECT
    file, "row", 'base_rate',
    'is another rate of ' || "from" || ' than that of ' || first.file || ' row ' || first."row"
FROM compared
WHERE base_rate::DECIMAL(38, 24) <> first.base_rate::DECIMAL(38, 24)
