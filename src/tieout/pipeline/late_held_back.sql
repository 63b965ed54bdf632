-- What would take billed lines back, and waits because the contract of the closed hop holds it: parked,
-- each at that hop, with the money that it takes back.
WITH held AS (
    SELECT late.charge_no, late.file_id, late.row_number, late.vendor_invoice_number, late.match_key, entry.run_id,
        entry.charge_no AS its_no
    FROM late_charge AS late
    JOIN late_entry AS entry ON entry.late_no = late.charge_no
    WHERE late.late_lines = 'hold'
),
closed AS (
    SELECT run_id, charge_no AS its_no, min(hop) AS hop
    FROM (SELECT *, coalesce(invoice_order_id, '') AS order_said FROM ran_detail_line)
    SEMI JOIN verified_invoice USING (run_id, hop, seller_id, buyer_id, vendor, currency, order_said)
    GROUP BY run_id, charge_no
)
SELECT
    file_id, row_number, vendor_invoice_number AS invoice_number, 'LATE_AFTER_CLOSE' AS reason,
    closed.hop::INT AS hop, line.total_price AS amount, line.currency, match_key AS line_key
FROM held
JOIN closed USING (run_id, its_no)
JOIN late_detail_line AS line ON line.charge_no = held.charge_no AND line.hop = 1
