-- Hops that have fewer keys than lines, and keys that two matched lines share. Where as many hashes
-- as lines differ, the keys do; they are compared only where not.
WITH hashed AS (
    SELECT count(*) <> count(DISTINCT hash(match_key)) AS may_share FROM matched_line
)
SELECT count(*) AS "left", count(DISTINCT match_key) AS "right"
FROM matched_line
WHERE (SELECT may_share FROM hashed)
HAVING count(*) <> count(DISTINCT match_key)
