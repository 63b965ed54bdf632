-- One line at each hop of a run: who sells to whom, by which rule and policy, what is paid and what
-- is asked; and the consolidated line that it went into, with the exact sum of its detail lines.
WITH mine AS (
    SELECT
        detail_line.*, charge.* EXCLUDE (run_id, charge_no),
        coalesce(part, '') AS part_said, coalesce(invoice_order_id, '') AS order_key
    FROM detail_line
    JOIN charge USING (run_id, charge_no)
    WHERE file_id = getvariable('file_id') AND row_number = getvariable('row_number')
        AND run_id = getvariable('run_id')
),
summed AS (
    SELECT
        hop, seller_id, buyer_id, vendor, currency, coalesce(invoice_order_id, '') AS order_key,
        subscription_id, charge_type_id, coalesce(part, '') AS part_said,
        sum(detail.total_price) AS sum_of_details, count(*) AS lines
    FROM detail_line AS detail
    JOIN charge USING (run_id, charge_no)
    WHERE (subscription_id, charge_type_id) IN (SELECT (subscription_id, charge_type_id) FROM mine)
        AND run_id = getvariable('run_id')
    GROUP BY ALL
),
keyed_line AS (
    SELECT *, coalesce(invoice_order_id, '') AS order_key, coalesce(part, '') AS part_said
    FROM invoice_line
)
SELECT
    hop, seller_id AS "sellerId", buyer_id AS "buyerId", mine.contract_id AS "contractId",
    subscription_id AS "subscriptionId", mine.match_key AS "matchKey", charge_type_id AS "chargeTypeId",
    rule_id AS "ruleId", policy,
    mine.cycle_start::VARCHAR AS "cycleStart", mine.cycle_end::VARCHAR AS "cycleEnd",
    shortest(mine.quantity) AS quantity,
    shortest(mine.cost_total_price) AS "costTotalPrice", mine.cost_currency AS "costCurrency",
    shortest(mine.cost_exchange_rate) AS "exchangeRate",
    shortest(mine.unit_price) AS "unitPrice", shortest(mine.effective_unit_price) AS "effectiveUnitPrice",
    shortest(mine.total_price) AS "totalPrice", currency,
    line.invoice_id AS "invoiceId", line.row_id AS "rowId",
    shortest(line.total_price) AS "rowTotalPrice", shortest(line.detail_total) AS "rowDetailTotal",
    shortest(line.rounding_residual) AS "rowResidual",
    line.source_line_count::BIGINT AS "rowLineCount",
    shortest(summed.sum_of_details) AS "sumOfDetails", summed.lines::BIGINT AS "linesSummed"
FROM mine
LEFT JOIN keyed_line AS line
    USING (
        run_id, hop, seller_id, buyer_id, vendor, currency, order_key, subscription_id, charge_type_id,
        part_said
    )
LEFT JOIN summed
    USING (
        hop, seller_id, buyer_id, vendor, currency, order_key, subscription_id, charge_type_id, part_said
    )
ORDER BY hop
