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
bought AS (
    SELECT
        invoice_id,
        min(cost_currency) = max(cost_currency) AND count(cost_total_price) = count(*) AS is_known,
        min(cost_currency) AS cost_currency,
        shortest(sum(cost_total_price)) AS cost_amount,
        CASE WHEN bool_and(margin_amount IS NOT NULL) THEN shortest(sum(margin_amount)) END AS margin_amount
    FROM invoice_line
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
            {'place': 5, 'name': 'number of detail lines', 'kept': kept.detail_count, 'again': summed.detail_count},
            {'place': 6, 'name': 'purchase', 'kept': kept.cost_amount,
                'again': CASE WHEN is_known THEN bought.cost_amount END},
            {'place': 7, 'name': 'currency of the purchase', 'kept': kept.cost_currency,
                'again': CASE WHEN is_known THEN bought.cost_currency END},
            {'place': 8, 'name': 'margin', 'kept': kept.margin_amount, 'again': bought.margin_amount}
        ], recursive := TRUE)
    FROM kept_header AS kept
    LEFT JOIN summed USING (invoice_id)
    LEFT JOIN bought USING (invoice_id)
)
SELECT invoice_id, name, kept, again
FROM figure
WHERE kept IS DISTINCT FROM again
ORDER BY invoice_id, place
