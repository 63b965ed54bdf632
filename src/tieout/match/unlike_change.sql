-- Corrections of one subscription and day that fall in different charge cycles: their rows state
-- different starts of the subscription, or different lengths of a cycle.
WITH unlike AS (
    SELECT vendor, subscription_id, charge_start_date
    FROM placed_line
    WHERE charge_type_id = 3
    GROUP BY ALL
    HAVING min(rule_date) <> max(rule_date)
        OR min(cycle_end) <> max(cycle_end)
        OR min(first_cycle_end) <> max(first_cycle_end)
)
SELECT file_no, row_number, rule_date, cycle_start, cycle_end, first_cycle_end, yearly
FROM placed_line
SEMI JOIN unlike USING (vendor, subscription_id, charge_start_date)
WHERE charge_type_id = 3
