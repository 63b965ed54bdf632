-- Figures of consolidated lines that are not what their detail lines come to, a row each.
WITH kept AS (
    SELECT * FROM invoice_line WHERE invoice_id IN (SELECT invoice_id FROM known_invoice)
),
beside AS (
    SELECT
        coalesce(kept.invoice_id, again.invoice_id) AS invoice_id,
        coalesce(kept.subscription_id, again.subscription_id) AS subscription_id,
        coalesce(kept.charge_type_id, again.charge_type_id) AS charge_type_id,
        coalesce(kept.part, again.part) AS part,
        shortest(kept.total_price) AS kept_total, shortest(again.total_price) AS again_total,
        shortest(kept.detail_total) AS kept_detail, shortest(again.detail_total) AS again_detail,
        shortest(kept.rounding_residual) AS kept_residual,
        shortest(again.rounding_residual) AS again_residual,
        kept.source_line_count::VARCHAR AS kept_lines, again.source_line_count::VARCHAR AS again_lines,
        shortest(kept.cost_total_price) AS kept_cost, shortest(again.cost_total_price) AS again_cost
    FROM kept
    FULL JOIN recomputed_line AS again
        ON again.invoice_id = kept.invoice_id
        AND again.subscription_id = kept.subscription_id
        AND again.charge_type_id = kept.charge_type_id
        AND again.part IS NOT DISTINCT FROM kept.part
),
figure AS (
    SELECT *, 1 AS place, 'total' AS name, kept_total AS kept, again_total AS again FROM beside
    UNION ALL
    SELECT *, 2, 'sum of its lines', kept_detail, again_detail FROM beside
    UNION ALL
    SELECT *, 3, 'residual', kept_residual, again_residual FROM beside
    UNION ALL
    SELECT *, 4, 'number of its lines', kept_lines, again_lines FROM beside
    UNION ALL
    SELECT *, 5, 'purchase total', kept_cost, again_cost FROM beside
)
SELECT invoice_id, subscription_id, charge_type_id, part, name, kept, again
FROM figure
WHERE kept IS DISTINCT FROM again
ORDER BY invoice_id, subscription_id, charge_type_id, part, place
