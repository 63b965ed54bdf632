-- The detail lines of one hop, in the order of their charges.
SELECT
    getvariable('hop')::INT AS hop,
    price.seller_id, price.buyer_id, price.contract_id, price.currency,
    line.vendor, line.charge_no,
    line.unit_price, line.unit_price_digits,
    line.effective_unit_price, line.effective_unit_price_digits,
    line.total_price, line.total_price_digits,
    price.rule_id,
    line.line_policy AS policy,
    amount(line.cost_unit) AS cost_unit_price,
    amount(line.cost_effective) AS cost_effective_unit_price,
    line.cost_effective_digits AS cost_effective_unit_price_digits,
    amount(line.cost_total) AS cost_total_price,
    line.cost_total_digits AS cost_total_price_digits,
    CASE WHEN getvariable('hop') > 1 THEN price.cost_currency END AS cost_currency,
    price.exchange_rate AS cost_exchange_rate,
    -- the gross price less the price: what is left of the gross is known in 10^-6
    CASE WHEN abs(line.total) < 10000000000000000000000000000000::HUGEINT THEN
        CASE
            WHEN getvariable('hop') <= line.credit_hops AND line.left_of_credit IS NOT NULL
                THEN discount_of(line.total, line.left_of_credit)
            WHEN price.list_left > 0 AND price.list_left < 1000000
                THEN discount_of(line.total, price.list_left)
        END
    END AS discount_total,
    NULL::VARCHAR AS line_uid,
    ordered.invoice_order_id
FROM rated AS line
JOIN hop_price AS price ON price.pricing_id = line.pricing_id AND price.hop = getvariable('hop')
LEFT JOIN ordered_charge AS ordered
    ON ordered.charge_no = line.charge_no AND ordered.hop = getvariable('hop')
