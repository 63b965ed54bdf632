-- Rows that two files share, by pair of files, pair of invoices and currency; the load's file first.
WITH numbered AS (
    SELECT
        line.*,
        row_number() OVER (PARTITION BY file_id, row_hash ORDER BY row_number) AS seq
    FROM overlap_line AS line
    SEMI JOIN shared_hash ON hash(line.row_hash) = shared_hash.short_hash
)
SELECT
    mine.file_id, mine.invoice_number,
    other.file_id AS other_file_id, other.invoice_number AS other_invoice_number,
    mine.billing_currency AS currency,
    count(*)::INT AS rows,
    shortest(sum(mine.subtotal)) AS subtotal
FROM numbered AS mine
JOIN numbered AS other
    ON other.row_hash = mine.row_hash
    AND other.seq = mine.seq
    AND (
        other.is_new AND other.file_id > mine.file_id
        OR NOT other.is_new AND (other.vendor, other.invoice_number) <> (mine.vendor, mine.invoice_number)
    )
WHERE mine.is_new
GROUP BY ALL
ORDER BY ALL
