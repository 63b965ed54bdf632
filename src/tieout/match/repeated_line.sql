-- Lines whose key another line of the same vendor invoice shares, numbered by content; those that
-- are billed already keep their numbers.
WITH keyed AS (
    SELECT
        file_no, row_number, row_hash, vendor, invoice_number, is_billed,
        coalesce(vendor_invoice_row_id, row_hash) AS line_key
    FROM told_line
),
repeated AS (
    SELECT vendor, invoice_number, line_key
    FROM keyed
    GROUP BY vendor, invoice_number, line_key
    HAVING count(*) > 1
)
SELECT
    file_no, row_number,
    row_number() OVER (
        PARTITION BY vendor, invoice_number, line_key ORDER BY NOT is_billed, row_hash, file_no, row_number
    )::INT AS line_seq
FROM keyed
SEMI JOIN repeated USING (vendor, invoice_number, line_key)
