-- Lines that newly wait, no longer wait, or wait for another reason; null: the line is placed.
SELECT
    left(file_id, 16) || '-' || row_number AS "vendorLineId",
    before.reason AS "reasonBefore", before.hop AS "hopBefore",
    after.reason AS "reasonAfter", after.hop AS "hopAfter",
    shortest(coalesce(after.amount, before.amount)) AS amount,
    coalesce(after.currency, before.currency) AS currency
FROM before_parked AS before
FULL JOIN after_parked AS after USING (file_id, row_number)
WHERE before.reason IS DISTINCT FROM after.reason OR before.hop IS DISTINCT FROM after.hop
ORDER BY file_id, row_number
