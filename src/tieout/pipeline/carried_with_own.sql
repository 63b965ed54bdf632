-- The month's charges and those of late lines, which are summed apart by the month that they are of.
SELECT * FROM own_charge
UNION ALL BY NAME
SELECT * REPLACE (concat_ws(chr(31), subscription_id, part) AS subscription_id) FROM carried_placed
