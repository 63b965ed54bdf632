-- What a run was computed from: kind, id, revision and content hash, one text per thing.
SELECT concat_ws('|', 'vendorLine', vendor, invoice_number, line_key, line_seq, row_hash) AS line
FROM (
    SELECT
        vendor, invoice_number, row_hash, coalesce(vendor_invoice_row_id, row_hash) AS line_key,
        row_number() OVER (
            PARTITION BY vendor, invoice_number, coalesce(vendor_invoice_row_id, row_hash) ORDER BY row_hash
        ) AS line_seq
    FROM vendor_line
)
UNION ALL
SELECT line FROM reference_input
