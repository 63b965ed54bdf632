-- Eight bytes of every row hash that stands in two files of the load.
SELECT hash(row_hash) AS short_hash
FROM vendor_line
GROUP BY short_hash
HAVING min(file_id) <> max(file_id)
