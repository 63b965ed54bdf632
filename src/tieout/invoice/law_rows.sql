-- Counts that should agree and do not.
WITH counted AS (
    SELECT
        (SELECT count(*) FROM read_line) + (SELECT count(*) FROM told_again WHERE is_own) AS "left",
        (SELECT count(*) FROM matched_line) + (SELECT count(*) FROM parked_line)
        + (SELECT count(*) FROM set_aside_line) + (SELECT count(*) FROM added_charge)
        + (SELECT count(*) FROM told_again WHERE file_id IS NOT NULL) AS "right"
    UNION ALL
    SELECT
        (SELECT coalesce(sum(hops), 0) FROM matched_line) + (SELECT count(*) FROM manual_line)
        + (SELECT count(*) FROM carried_detail),
        (SELECT count(*) FROM detail_line)
    UNION ALL
    SELECT
        (SELECT count(*) FROM detail_line) - (SELECT count(*) FROM manual_line),
        (SELECT coalesce(sum(source_line_count), 0) FROM invoice_line)
)
SELECT * FROM counted WHERE "left" <> "right"
