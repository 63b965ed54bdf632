-- Core lines with the id that the source document delivers: the vendor's own document, where every
-- row has a whole number. Elsewhere a line's place is its id, given later (billing-api.md 3.2).
WITH delivered AS (
    SELECT ordinal
    FROM core_line
    WHERE hop = 1
    GROUP BY ordinal
    HAVING bool_and(regexp_full_match(vendor_invoice_row_id, '[1-9][0-9]{0,14}') IS TRUE)
        AND count(vendor_invoice_number) = count(*)
        AND min(vendor_invoice_number) = max(vendor_invoice_number)
)
SELECT
    l.*,
    CASE WHEN delivered.ordinal IS NOT NULL THEN l.vendor_invoice_row_id::BIGINT END AS source_id
FROM core_line AS l
LEFT JOIN delivered USING (ordinal)
