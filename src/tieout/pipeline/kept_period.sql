-- The month and the currency of the purchases; no row without any.
SELECT DISTINCT doc.period, doc.currency
FROM typed_line AS line
JOIN bought_invoice AS doc ON line.invoice_id = doc.invoice_number
WHERE line.side = 'purchase'
