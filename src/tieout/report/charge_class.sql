-- The charge classes of reporting-api.md 5.2.
SELECT *
FROM (
    VALUES
    (1, 'PurchaseFee'), (2, 'CycleFee'), (3, 'Correction'), (4, 'UsageFee'), (5, 'OneTimeFee'),
    (6, 'ItemFee'), (7, 'UserCorrection'), (8, 'Rounding')
) AS class (charge_type_id, name)
