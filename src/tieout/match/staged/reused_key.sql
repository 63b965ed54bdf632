-- Match keys on two or more lines of a side: tier 0 does not use them, on either side.
SELECT side, match_key, count(*) AS lines
FROM staged_line
WHERE takes_part AND match_key IS NOT NULL
GROUP BY side, match_key
HAVING count(*) > 1
ORDER BY side, match_key
