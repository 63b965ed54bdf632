-- The figures of MatchReport over all documents.
SELECT
    count(*) AS lines,
    count(*) FILTER (WHERE is_matched) AS matched,
    (
        SELECT amount_text(coalesce(sum(amount), 0)::DECIMAL(38, 18), coalesce(max(minor_digits), 2))
        FROM unmatched_sale
    ) AS sales_unmatched
FROM linked_line
