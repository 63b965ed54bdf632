-- The first vendor line whose amount at this hop has no room.
SELECT charge.file_id, charge.row_number
FROM rated_next
JOIN charge USING (charge_no)
WHERE is_unfit
ORDER BY ALL
LIMIT 1
