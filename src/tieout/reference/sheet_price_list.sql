-- The prices of every key that a sheet names, those in force before included, so that no two ranges
-- of a key overlap: on each day the range with the newest start holds.
WITH chosen AS (
    -- of several starts on one day the newest; of equal rows the last file's, then the longest
    SELECT * EXCLUDE (file, place, moment), to_json([vendor_id, product_id, sku_id, term, billing_plan, market, segment, meter_id,
        currency, tier_min]) AS key
    FROM listed_price_list
    QUALIFY row_number() OVER (
        PARTITION BY
            vendor_id, product_id, sku_id, term, billing_plan, market, segment, meter_id,
            currency, tier_min, valid_from
        ORDER BY moment DESC, place DESC, open_end(valid_to) DESC, "row"
    ) = 1
),

stored AS (
    SELECT NULL::BIGINT AS "row", *, to_json([vendor_id, product_id, sku_id, term, billing_plan, market, segment, meter_id,
        currency, tier_min]) AS key
    FROM current_price_list
),

candidate AS (
    SELECT * FROM chosen
    UNION ALL
    SELECT stored.*
    FROM stored
    SEMI JOIN chosen ON chosen.key = stored.key
    ANTI JOIN chosen AS replaced ON replaced.key = stored.key AND replaced.valid_from = stored.valid_from
),

span AS (
    SELECT
        *,
        open_end(valid_to) AS end_day,
        max(open_end(valid_to)) OVER (
            PARTITION BY key ORDER BY valid_from ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_end
    FROM candidate
),

crossed AS (
    SELECT key, valid_from, end_day FROM span SEMI JOIN (SELECT key FROM span WHERE valid_from < earlier_end) USING (key)
),

boundary AS (
    SELECT key, valid_from AS day FROM crossed
    UNION
    SELECT key, end_day FROM crossed
),

piece AS (
    SELECT key, day AS first_day, lead(day) OVER (PARTITION BY key ORDER BY day) AS end_day
    FROM boundary
),

held AS (
    SELECT piece.key, piece.first_day, piece.end_day, max(crossed.valid_from) AS valid_from
    FROM piece
    JOIN crossed
        ON crossed.key = piece.key
        AND crossed.valid_from <= piece.first_day
        AND crossed.end_day >= piece.end_day
    GROUP BY ALL
),

stretch AS (
    SELECT
        *,
        count(*) FILTER (is_new) OVER (PARTITION BY key ORDER BY first_day) AS number
    FROM (
        SELECT
            *,
            (lag(valid_from) OVER following IS DISTINCT FROM valid_from
                OR lag(end_day) OVER following <> first_day) AS is_new
        FROM held
        WINDOW following AS (PARTITION BY key ORDER BY first_day)
    )
),

resolved AS (
    SELECT key, valid_from, min(first_day) AS first_day, max(end_day) AS end_day
    FROM stretch
    GROUP BY key, valid_from, number
)

SELECT * EXCLUDE (key, end_day, earlier_end)
FROM span
ANTI JOIN crossed USING (key)
UNION ALL
SELECT
    span.* EXCLUDE (key, end_day, earlier_end) REPLACE (
        resolved.first_day AS valid_from,
        nullif(resolved.end_day, open_end(NULL)) AS valid_to
    )
FROM resolved
JOIN span ON span.key = resolved.key AND span.valid_from = resolved.valid_from
