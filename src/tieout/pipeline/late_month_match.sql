-- The matched lines that the month bills; what is billed keeps its keys.
SELECT line.* REPLACE (coalesce(billed.match_key, line.match_key) AS match_key)
FROM every_match AS line
ANTI JOIN late_match USING (file_no, row_number)
LEFT JOIN billed_place AS billed USING (file_no, row_number)
ORDER BY chain_no, subscription_id, file_no, row_number
