-- The sum that a totals row states, and what the rows read and the rejected rows come to.
WITH
stated AS (
    SELECT
        CASE
            WHEN is_number(min(cell)) AND length(number_fraction(min(cell))) <= 18
                THEN TRY_CAST(number_text(min(cell), 18) AS DECIMAL(38, 18))
        END AS amount
    FROM intake_control
),
read AS (
    SELECT
        coalesce(sum(amount), 0::DECIMAL(38, 18)) AS amount,
        count(DISTINCT billing_currency) AS currency_count,
        coalesce(string_agg(DISTINCT billing_currency, ', ' ORDER BY billing_currency), '') AS currencies
    FROM intake_summed
),
missed AS (
    SELECT sum(amount) AS amount
    FROM intake_missed
)
SELECT
    shortest(stated.amount) AS stated,
    shortest(read.amount) AS read,
    shortest(missed.amount) AS missed,
    currencies,
    stated.amount = read.amount AND currency_count = 1 AS agrees
FROM stated, read, missed
