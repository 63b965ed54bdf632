-- Lines and money that each profile explains to the last digit; lines that cannot be checked last.
SELECT
    CASE WHEN result = 'fit' THEN profile ELSE 'not_checkable' END AS profile, currency,
    count(*)::INT AS lines,
    shortest(sum(subtotal)) AS subtotal
FROM vendor_check
WHERE result IN ('fit', 'not_checkable')
GROUP BY ALL
ORDER BY min(result), profile, currency
