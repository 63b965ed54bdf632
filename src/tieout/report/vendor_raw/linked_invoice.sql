-- The vendor invoices with lines that the viewer buys from the vendor, all of those of a vendor that
-- nobody else buys from, and whether the viewer alone buys it:
-- dated as the viewer's own documents of their month, else as the first that has a line of them.
WITH bought AS (
    SELECT DISTINCT vendor, invoice_number, buyer_id, currency, run_id
    FROM bought_line
    UNION
    SELECT vendor, invoice_number, getvariable('viewer'), currency, NULL
    FROM told_invoice
    SEMI JOIN sole_vendor USING (vendor)
),
consumer AS (
    SELECT vendor, invoice_number, count(DISTINCT buyer_id) = 1 AS is_sole
    FROM bought
    GROUP BY vendor, invoice_number
    HAVING bool_or(buyer_id = getvariable('viewer'))
),
told AS (
    SELECT
        vendor, invoice_number, min(period) AS period, min(currency) AS currency,
        sum(rows)::BIGINT AS rows, sum(subtotal::DECIMAL(38, 18)) AS subtotal, min(file_digest) AS file_digest
    FROM told_invoice
    GROUP BY vendor, invoice_number
),
document AS (
    SELECT told.vendor, told.invoice_number, 1 AS rank, own.*
    FROM told
    INNER JOIN own_document AS own
        ON told.vendor = own.vendor_id AND told.currency = own.currency AND told.period = own.period
    UNION ALL BY NAME
    SELECT bought.vendor, bought.invoice_number, 2 AS rank, own.*
    FROM bought
    INNER JOIN own_document AS own
        ON bought.vendor = own.vendor_id AND bought.currency = own.currency AND bought.run_id = own.run_id
    WHERE bought.buyer_id = getvariable('viewer')
),
dated AS (
    SELECT vendor, invoice_number, invoice_date, vendor_name, contract_type_name
    FROM document
    QUALIFY row_number() OVER (
        PARTITION BY vendor, invoice_number
        ORDER BY rank, invoice_date, contract_type_name NULLS LAST, vendor_name
    ) = 1
)
SELECT told.*, consumer.is_sole, dated.* EXCLUDE (vendor, invoice_number)
FROM told
INNER JOIN consumer USING (vendor, invoice_number)
INNER JOIN dated USING (vendor, invoice_number)
