-- The late lines of earlier months that the month bills, by their month and the vendor's currency.
SELECT
    late_of AS period, currency, count(*)::INT AS lines, shortest(sum(total_price)) AS amount
FROM carried_detail
WHERE hop = 1
GROUP BY late_of, currency
ORDER BY late_of, currency
