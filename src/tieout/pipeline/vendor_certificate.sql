-- Where the money of every vendor invoice of a run is: read, rejected, set aside, parked, late, and the
-- detail lines of each hop with how many consolidated lines they stand in.
SELECT
    vendor, invoice_number, billing_currency AS currency, 'read' AS place, NULL::INT AS hop,
    count(*) AS lines, sum(subtotal) AS amount, NULL::BIGINT AS rows
FROM read_line
GROUP BY ALL
UNION ALL
SELECT line.vendor, line.invoice_number, parked.currency, 'parked', NULL, count(*), sum(parked.amount), NULL
FROM parked_line AS parked
JOIN read_line AS line USING (file_id, row_number)
GROUP BY ALL
UNION ALL
SELECT vendor, invoice_number, currency, 'setAside', NULL, count(*), sum(amount), NULL
FROM set_aside_line
GROUP BY ALL
UNION ALL
-- a rejected row is of a vendor invoice when it names one that other rows of its file are of
SELECT
    line.vendor, rejected.invoice_number, coalesce(rejected.currency, line.currency), 'rejected', NULL, count(*),
    sum(rejected.subtotal), NULL
FROM rejected_row AS rejected
JOIN (
    SELECT DISTINCT file_id, vendor, invoice_number, billing_currency AS currency FROM read_line
) AS line USING (file_id, invoice_number)
GROUP BY ALL
UNION ALL
SELECT
    line.vendor, charge.vendor_invoice_number, line.currency,
    CASE WHEN charge.late_lines = 'hold' THEN 'parked' ELSE 'late' END, NULL, count(*), sum(line.total_price), NULL
FROM late_detail_line AS line
JOIN late_charge AS charge USING (charge_no)
WHERE line.hop = 1
GROUP BY ALL
UNION ALL
SELECT
    line.vendor, charge.vendor_invoice_number, line.currency, 'hop', line.hop, count(*), sum(line.total_price),
    count(DISTINCT (
        line.seller_id, line.buyer_id, line.invoice_order_id, charge.subscription_id, charge.charge_type_id,
        charge.part
    ))
FROM detail_line AS line
JOIN charge USING (charge_no)
WHERE charge.origin IS NULL AND charge.part IS NULL -- late lines are of vendor invoices of other months
GROUP BY ALL
ORDER BY ALL
