-- The vendor lines that published runs hold at the hop next to the vendor, with who buys them.
SELECT
    c.file_id, c.row_number, d.vendor, c.vendor_invoice_number AS invoice_number, d.buyer_id,
    d.currency, c.run_id, c.match_key, c.subscription_id
FROM detail_line AS d
INNER JOIN charge AS c ON d.run_id = c.run_id AND d.charge_no = c.charge_no
WHERE d.hop = 1
    AND c.origin IS NULL
    AND c.vendor_invoice_number IS NOT NULL
    AND (
        getvariable('vendor_invoice_number') IS NULL
        OR c.vendor_invoice_number = getvariable('vendor_invoice_number')
    )
