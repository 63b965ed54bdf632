-- The rows of a sheet of exchange rates with the columns of exchange_rates.csv as text: a currency to
-- USD, never inverted. A cell that is no number or no month stays as read.
SELECT
    row_number AS "row",
    0 AS moment,
    NULL::VARCHAR AS organization_id,
    currency AS "from",
    'USD' AS "to",
    'Microsoft' AS source,
    CASE WHEN base_rate_plain THEN base_rate_cell ELSE coalesce(exact_number(base_rate_cell), base_rate_raw) END
        AS base_rate,
    NULL::VARCHAR AS surcharge,
    first_of_month(month) AS date
FROM intake_taken
