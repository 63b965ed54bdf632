-- The lines that persons typed onto drafts, each at its one hop: the seller buys nothing for them, in
-- the currency in which it buys the invoice's other lines.
WITH bought AS (
    SELECT hop, seller_id, buyer_id, vendor, currency, min(cost_currency) AS currency_of_cost,
        min(cost_exchange_rate) AS rate_of_cost
    FROM rated_line
    GROUP BY hop, seller_id, buyer_id, vendor, currency
)
SELECT
    typed.hop, typed.seller_id, typed.buyer_id, typed.contract_id, typed.currency,
    typed.vendor_id AS vendor, charge.charge_no,
    typed.amount::DECIMAL(38, 18) AS unit_price, digits AS unit_price_digits,
    typed.amount::DECIMAL(38, 18) AS effective_unit_price, digits AS effective_unit_price_digits,
    typed.amount::DECIMAL(38, 18) AS total_price, digits AS total_price_digits,
    NULL::VARCHAR AS rule_id, 'typed' AS policy,
    0::DECIMAL(38, 18) AS cost_unit_price, 0::DECIMAL(38, 18) AS cost_effective_unit_price,
    NULL::UTINYINT AS cost_effective_unit_price_digits,
    0::DECIMAL(38, 18) AS cost_total_price, NULL::UTINYINT AS cost_total_price_digits,
    coalesce(bought.currency_of_cost, typed.currency) AS cost_currency,
    coalesce(bought.rate_of_cost, 1)::DECIMAL(38, 18) AS cost_exchange_rate,
    NULL::DECIMAL(38, 18) AS discount_total, NULL::VARCHAR AS line_uid, NULL::VARCHAR AS invoice_order_id
FROM (
    SELECT *, length(split_part(amount, '.', 2))::UTINYINT AS digits FROM manual_line
) AS typed
JOIN manual_charge AS charge ON charge.row_number = typed.line_id
LEFT JOIN bought
    ON bought.hop = typed.hop AND bought.seller_id = typed.seller_id
    AND bought.buyer_id = typed.buyer_id AND bought.vendor = typed.vendor_id
    AND bought.currency = typed.currency
ORDER BY typed.line_id
