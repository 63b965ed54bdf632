-- Groups that do not add up, or whose residual is more than half a minor unit.
WITH said AS (
    SELECT hop, currency, sum(total_price) AS exact, 0::DECIMAL(38, 18) AS shown, 0::DECIMAL(38, 18) AS residual
    FROM detail_line GROUP BY hop, currency
    UNION ALL
    SELECT hop, currency, 0, sum(total_price), sum(rounding_residual) FROM invoice_line GROUP BY hop, currency
),
added AS (
    SELECT hop, currency, sum(exact) + sum(residual) AS "left", sum(shown) AS "right"
    FROM said GROUP BY hop, currency
)
SELECT "left", "right" FROM added WHERE "left" <> "right"
UNION ALL
SELECT line.rounding_residual, amount(minor.grain::HUGEINT // 2)
FROM invoice_line AS line
JOIN minor_grain AS minor USING (currency)
WHERE abs(line.rounding_residual) > amount(minor.grain::HUGEINT // 2)
