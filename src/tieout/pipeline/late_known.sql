-- The entries of late lines that are known before matching: settled ones, those that take back what is
-- gone, and of those that the run added the ones that are read now.
SELECT entry_key FROM billed_line WHERE NOT is_own
UNION
SELECT '-' || line_key FROM gone_line
UNION
SELECT entry_key
FROM kept_late
WHERE starts_with(entry_key, '+')
    AND split_part(substr(entry_key, 2), '/', 1) IN (SELECT row_hash FROM vendor_line WHERE NOT is_billed)
