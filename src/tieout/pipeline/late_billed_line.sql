-- The lines of the month that verified invoices bill: in the month itself (no entry key), or late in
-- another, what takes lines back included. `line_key` names each.
WITH closed AS (
    SELECT DISTINCT run_id, charge_no
    FROM (SELECT *, coalesce(invoice_order_id, '') AS order_said FROM ran_detail_line)
    SEMI JOIN verified_invoice USING (run_id, hop, seller_id, buyer_id, vendor, currency, order_said)
),
settled AS (
    SELECT DISTINCT run_id, charge_no, entry_key, replaces, rated_run_id
    FROM ran_carried_line
    WHERE late_of = getvariable('late_of')
)
SELECT
    charge.run_id, charge.charge_no, charge.file_id, charge.row_number, charge.match_key,
    entry_key IS NULL AS is_own, entry_key, replaces, coalesce(rated_run_id, charge.run_id) AS rated_run_id,
    coalesce(entry_key, charge.match_key) AS line_key
FROM ran_charge AS charge
JOIN closed USING (run_id, charge_no)
LEFT JOIN settled USING (run_id, charge_no)
WHERE charge.origin IS NULL
    AND (entry_key IS NOT NULL OR (charge.run_id = getvariable('own_run_id') AND charge.part IS NULL))
