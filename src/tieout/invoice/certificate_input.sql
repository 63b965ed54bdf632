-- Rows and readable money by vendor file and currency, rejected rows and lines set aside included (rulings 28).
WITH said AS (
    SELECT file_id, billing_currency AS currency, subtotal AS amount FROM read_line
    UNION ALL
    SELECT file_id, currency, subtotal FROM rejected_row
)
SELECT
    file.name AS file,
    said.file_id AS "fileId",
    count(*) AS rows,
    coalesce(shortest(sum(said.amount)), '0') AS total,
    said.currency
FROM said
JOIN taken_file AS file USING (file_id)
GROUP BY file.name, said.file_id, said.currency
ORDER BY said.file_id, said.currency
