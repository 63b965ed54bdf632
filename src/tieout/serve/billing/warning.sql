-- What is wrong with a document, one row per code (repeats: per line id); texts name no party.
WITH found AS (
    SELECT ordinal, 'sku_missing' AS code, line_id, 'no SKU is known for these lines' AS text
    FROM base_line
    WHERE sku = '' AND NOT is_rounding
    UNION ALL
    SELECT
        ordinal, 'rate_period_missing', line_id,
        'no rate period of the rate fits the plan period of the subscription'
    FROM base_line
    WHERE is_rate_period_missing
    UNION ALL
    SELECT ordinal, 'match_key_reused', line_id, 'several lines share one MatchKey; it is not used'
    FROM base_line
    QUALIFY count(*) OVER (PARTITION BY ordinal, match_key) > 1
    UNION ALL
    SELECT ordinal, code, line_id, text FROM side_warning
),
repeated AS (
    SELECT
        r.ordinal, r.code, r.source_id AS line_id,
        concat(
            'line ', r.source_id, ' stands ', count(*), ' times, amounts ',
            string_agg(amount_text(r.amount, doc.minor_digits), ', ' ORDER BY r.line_seq),
            '; printed: ', count(*) FILTER (WHERE NOT r.is_dropped)
        ) AS text
    FROM repeated_id AS r
    INNER JOIN document AS doc ON r.ordinal = doc.ordinal AND doc.is_base
    GROUP BY r.ordinal, r.code, r.source_id
    HAVING bool_or(r.is_wanted)
)
SELECT ordinal, code, list(DISTINCT line_id ORDER BY line_id) AS line_ids, any_value(text) AS text
FROM found
GROUP BY ordinal, code
UNION ALL
SELECT ordinal, code, [line_id] AS line_ids, text
FROM repeated
