-- Figures of invoice headers that are not what their lines come to, a row each.
WITH summed AS (
    SELECT
        invoice_id,
        shortest(sum(total_price)) AS total_amount,
        shortest(sum(detail_total)) AS detail_total,
        shortest(sum(rounding_residual)) AS rounding_residual,
        count(*)::VARCHAR AS row_count,
        sum(line_count)::VARCHAR AS detail_count
    FROM recomputed_line
    GROUP BY invoice_id
),
figure AS (
    SELECT invoice_id, 1 AS place, 'total' AS name, kept.total_amount AS kept, summed.total_amount AS again
    FROM kept_header AS kept LEFT JOIN summed USING (invoice_id)
    UNION ALL
    SELECT invoice_id, 2, 'sum of its detail lines', kept.detail_total, summed.detail_total
    FROM kept_header AS kept LEFT JOIN summed USING (invoice_id)
    UNION ALL
    SELECT invoice_id, 3, 'residual', kept.rounding_residual, summed.rounding_residual
    FROM kept_header AS kept LEFT JOIN summed USING (invoice_id)
    UNION ALL
    SELECT invoice_id, 4, 'number of consolidated lines', kept.row_count, summed.row_count
    FROM kept_header AS kept LEFT JOIN summed USING (invoice_id)
    UNION ALL
    SELECT invoice_id, 5, 'number of detail lines', kept.detail_count, summed.detail_count
    FROM kept_header AS kept LEFT JOIN summed USING (invoice_id)
)
SELECT invoice_id, name, kept, again
FROM figure
WHERE kept IS DISTINCT FROM again
ORDER BY invoice_id, place
