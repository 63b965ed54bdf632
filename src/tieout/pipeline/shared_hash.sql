-- Eight bytes of every row hash that stands in a file of the load and in another file.
SELECT hash(row_hash) AS short_hash
FROM overlap_line
GROUP BY short_hash
HAVING min(file_id) <> max(file_id) AND bool_or(is_new)
