-- Hops that have fewer keys than lines, and keys that two matched lines share.
SELECT count(*) AS "left", count(DISTINCT match_key) AS "right"
FROM matched_line
HAVING count(*) <> count(DISTINCT match_key)
