-- The late lines of earlier months that this month bills: of those that go to the next invoice all that
-- nothing else bills, and whose chain is open here or that are billed here already.
WITH closed AS (
    SELECT DISTINCT run_id, charge_no
    FROM (SELECT *, coalesce(invoice_order_id, '') AS order_said FROM earlier_late_detail_line)
    SEMI JOIN closed_invoice USING (hop, seller_id, buyer_id, vendor, currency, order_said)
)
SELECT
    row_number() OVER (ORDER BY late.of_month, late.entry_key) AS carried_no, late.of_month AS late_of,
    late.* EXCLUDE (of_month, rated_run_id), coalesce(late.rated_run_id, late.run_id) AS rated_run_id
FROM earlier_late_charge AS late
WHERE late.late_lines = 'next_invoice'
    AND (late.of_month, late.entry_key) NOT IN (SELECT (late_of, entry_key) FROM taken_elsewhere)
    AND (
        (late.run_id, late.charge_no) NOT IN (SELECT (run_id, charge_no) FROM closed)
        OR (late.of_month, late.entry_key) IN (SELECT (late_of, entry_key) FROM taken_here)
    )
