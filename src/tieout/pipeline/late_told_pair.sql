-- Where the vendor tells each billed line now: in the same place, else in an equal row of its invoice.
WITH here AS (
    SELECT line_key, file_id, row_number FROM live_line SEMI JOIN standing_line USING (file_id, row_number)
),
moved AS (
    SELECT
        line_key, vendor, invoice_number, row_hash,
        row_number() OVER (PARTITION BY vendor, invoice_number, row_hash ORDER BY file_id, row_number) AS place
    FROM live_line
    ANTI JOIN here USING (line_key)
),
free AS (
    SELECT
        file_id, row_number, vendor, invoice_number, row_hash,
        row_number() OVER (PARTITION BY vendor, invoice_number, row_hash ORDER BY file_id, row_number) AS place
    FROM standing_line
    ANTI JOIN here USING (file_id, row_number)
)
SELECT line_key, file_id, row_number FROM here
UNION ALL
SELECT moved.line_key, free.file_id, free.row_number
FROM moved
JOIN free
    ON free.row_hash = moved.row_hash AND free.place = moved.place AND free.vendor = moved.vendor
    AND free.invoice_number IS NOT DISTINCT FROM moved.invoice_number
