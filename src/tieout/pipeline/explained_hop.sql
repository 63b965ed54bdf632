-- One line at each hop: who sells to whom, by which rule and policy, what is paid and what is asked.
SELECT
    hop, seller_id AS "sellerId", buyer_id AS "buyerId", contract_id AS "contractId",
    subscription_id AS "subscriptionId", match_key AS "matchKey", charge_type_id AS "chargeTypeId",
    rule_id AS "ruleId", policy,
    cycle_start::VARCHAR AS "cycleStart", cycle_end::VARCHAR AS "cycleEnd",
    shortest(quantity) AS quantity,
    shortest(cost_total_price) AS "costTotalPrice", cost_currency AS "costCurrency",
    shortest(cost_exchange_rate) AS "exchangeRate",
    shortest(unit_price) AS "unitPrice", shortest(effective_unit_price) AS "effectiveUnitPrice",
    shortest(total_price) AS "totalPrice", currency
FROM detail_line
JOIN charge USING (run_id, charge_no)
WHERE file_id = getvariable('file_id') AND row_number = getvariable('row_number')
ORDER BY hop
