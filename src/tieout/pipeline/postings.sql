-- The text of a month's postings, piece by piece: each document once in its seller's books and
-- once in its buyer's. A sale is posted as its detail lines come to, what rounding adds by itself.
WITH line AS (
    SELECT
        posted.place, posted.side, posted.sign, posted.trade, line.line_no, line.currency,
        line.detail_total, line.rounding_residual, posted.rounding,
        line.row_id, class.name AS charge, line.subscription_id
    FROM invoice_line AS line
    JOIN posted_document AS posted USING (invoice_id, run_id)
    JOIN charge_class AS class USING (charge_type_id)
),
piece AS (
    SELECT place, side, 0 AS kind, 0::BIGINT AS line_no, opening AS text FROM posted_document
    UNION ALL
    SELECT
        place, side, 1, line_no,
        posting(trade, shortest(sign * detail_total), currency) || chr(10)
        || remark('row', row_id) || remark('charge', charge)
        || CASE WHEN subscription_id = '' THEN '' ELSE remark('subscription', subscription_id) END
    FROM line
    UNION ALL
    SELECT place, side, 2, 0, posting(any_value(rounding), shortest(sum(sign * rounding_residual)), currency) || chr(10)
    FROM line
    GROUP BY place, side, currency
    HAVING sum(rounding_residual) <> 0
)
SELECT text FROM piece ORDER BY place, side, kind, line_no
