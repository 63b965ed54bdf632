-- The linked vendor invoices with their control totals: of the whole invoice, rejected
-- rows included, where the viewer alone buys it; else of the lines that the viewer buys.
WITH own_line AS (
    SELECT line.vendor, line.invoice_number, count(*) AS rows, sum(line.subtotal) AS subtotal
    FROM vendor_line AS line
    INNER JOIN linked_invoice AS shared
        ON line.vendor = shared.vendor AND line.invoice_number = shared.invoice_number AND NOT shared.is_sole
    SEMI JOIN (SELECT * FROM bought_line WHERE buyer_id = getvariable('viewer')) AS own
        ON line.file_id = own.file_id AND line.row_number = own.row_number
    GROUP BY line.vendor, line.invoice_number
),
rejected AS (
    SELECT told.vendor, told.invoice_number, count(*) AS rows, sum(row.subtotal) AS subtotal
    FROM rejected_row AS row
    INNER JOIN telling_file AS told USING (file_id, invoice_number)
    GROUP BY told.vendor, told.invoice_number
)
SELECT
    row_number() OVER (ORDER BY linked.invoice_date, linked.vendor, linked.invoice_number) AS ordinal,
    linked.vendor, linked.vendor_name, linked.invoice_number, linked.invoice_date,
    CASE WHEN linked.contract_type_name IS NOT NULL THEN
        named_id(concat_ws(chr(31), 'contract type', linked.contract_type_name))
    END AS contract_type_id,
    linked.contract_type_name,
    CASE WHEN linked.is_sole THEN linked.rows + coalesce(rejected.rows, 0) ELSE own_line.rows END::BIGINT
        AS line_count,
    CASE WHEN linked.is_sole THEN linked.subtotal + coalesce(rejected.subtotal, 0) ELSE own_line.subtotal END
        ::DECIMAL(38, 18) AS vendor_total,
    linked.currency, linked.file_digest
FROM linked_invoice AS linked
LEFT JOIN own_line USING (vendor, invoice_number)
LEFT JOIN rejected USING (vendor, invoice_number)
