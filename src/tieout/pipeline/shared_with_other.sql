-- Eight bytes of every row hash of the load that stands in a file loaded before.
SELECT hash(row_hash) AS short_hash
FROM vendor_line
WHERE hash(row_hash) IN (SELECT hash(row_hash) FROM other_line)
