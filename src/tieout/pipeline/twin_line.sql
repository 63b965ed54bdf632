-- The vendor lines of one file that are equal to one of them cell for cell, that one included.
SELECT
    row_number, vendor, invoice_number, billing_currency AS currency, shortest(subtotal) AS subtotal
FROM vendor_line
WHERE row_hash = (SELECT row_hash FROM vendor_line WHERE row_number = getvariable('row_number'))
ORDER BY row_number
