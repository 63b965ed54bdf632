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
    SELECT
        invoice_id,
        unnest([
            {'place': 1, 'name': 'total', 'kept': kept.total_amount, 'again': summed.total_amount},
            {'place': 2, 'name': 'sum of its detail lines', 'kept': kept.detail_total, 'again': summed.detail_total},
            {'place': 3, 'name': 'residual', 'kept': kept.rounding_residual, 'again': summed.rounding_residual},
            {'place': 4, 'name': 'number of consolidated lines', 'kept': kept.row_count, 'again': summed.row_count},
            {'place': 5, 'name': 'number of detail lines', 'kept': kept.detail_count, 'again': summed.detail_count}
        ], recursive := TRUE)
    FROM kept_header AS kept
    LEFT JOIN summed USING (invoice_id)
)
SELECT invoice_id, name, kept, again
FROM figure
WHERE kept IS DISTINCT FROM again
ORDER BY invoice_id, place
