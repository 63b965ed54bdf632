-- Lines that share their id with another of the same document (R-508), numbered by content, and
-- what the document's control total says of them.
WITH repeated AS (
    SELECT
        l.ordinal, l.source_id, l.charge_no, l.amount, l.exact_amount, l.is_wanted,
        sha256(concat_ws(
            chr(31), l.subscription_id, l.line_kind, l.sku_id, l.product_id, l.description,
            l.start_date::VARCHAR, l.end_date::VARCHAR, l.quantity::VARCHAR, l.duration::VARCHAR,
            l.unit_price::VARCHAR, l.discount::VARCHAR, l.exact_amount::VARCHAR
        )) AS content
    FROM identified_line AS l
    SEMI JOIN (
        SELECT ordinal, source_id
        FROM identified_line
        WHERE source_id IS NOT NULL
        GROUP BY ordinal, source_id
        HAVING count(*) > 1
    ) AS shared USING (ordinal, source_id)
),
numbered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY ordinal, source_id ORDER BY content, charge_no) AS line_seq,
        min(content) OVER (PARTITION BY ordinal, source_id)
            = max(content) OVER (PARTITION BY ordinal, source_id) AS is_identical
    FROM repeated
),
control AS (
    SELECT
        doc.ordinal,
        try_cast(nullif(any_value(doc.detail_total), '') AS DECIMAL(38, 18)) AS said,
        (SELECT sum(l.exact_amount) FROM identified_line AS l WHERE l.ordinal = doc.ordinal) AS all_lines,
        sum(n.exact_amount) FILTER (WHERE n.is_identical AND n.line_seq > 1) AS repeats
    FROM document AS doc
    INNER JOIN numbered AS n USING (ordinal)
    GROUP BY doc.ordinal
)
SELECT
    n.ordinal, n.source_id, n.charge_no, n.line_seq, n.amount, n.is_wanted,
    CASE
        WHEN NOT n.is_identical THEN 'duplicate_line_conflict'
        WHEN c.said = c.all_lines THEN 'duplicate_line_kept'
        WHEN c.said = c.all_lines - c.repeats THEN 'duplicate_line_identical'
        ELSE 'duplicate_line_unproven'
    END AS code,
    code IN ('duplicate_line_identical', 'duplicate_line_unproven') AND n.line_seq > 1 AS is_dropped
FROM numbered AS n
INNER JOIN control AS c USING (ordinal)
