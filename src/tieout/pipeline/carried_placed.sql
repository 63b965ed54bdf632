-- The late lines of earlier months as charges of this one, numbered after its own, with their chains
-- and sets.
WITH chained AS (
    SELECT
        carried_no,
        string_agg(
            concat_ws(
                chr(31), hop, seller_id, buyer_id, vendor, contract_id, currency, coalesce(invoice_order_id, '')
            ),
            chr(30) ORDER BY hop
        ) AS chain
    FROM carried_detail
    GROUP BY carried_no
)
SELECT
    coalesce((SELECT max(charge_no) FROM own_charge), 0) + carried_no AS charge_no,
    charge.* EXCLUDE (carried_no, late_of, run_id, charge_no, entry_key, replaces, rated_run_id, late_lines),
    -1000000000 - dense_rank() OVER (ORDER BY chain) AS chain_no,
    -1000000000 - dense_rank() OVER (ORDER BY chain, subscription_id, part, charge_type_id) AS set_no
FROM carried_charge AS charge
JOIN chained USING (carried_no)
ORDER BY carried_no
