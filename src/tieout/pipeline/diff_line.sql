-- The detail lines of two runs that differ, by match key and hop, each with what differs.
WITH before_line AS (
    SELECT line.*, charge.match_key, charge.file_id, charge.row_number, charge.subscription_id
    FROM then_detail_line AS line JOIN then_charge AS charge USING (charge_no)
),
after_line AS (
    SELECT line.*, charge.match_key, charge.file_id, charge.row_number, charge.subscription_id
    FROM now_detail_line AS line JOIN now_charge AS charge USING (charge_no)
),
changed_rule AS (
    SELECT DISTINCT split_part(id, '|', 1) AS rule_id FROM changed_input WHERE kind = 'price_rules'
),
compared AS (
    SELECT
        coalesce(b.match_key, a.match_key) AS match_key,
        coalesce(b.hop, a.hop) AS hop,
        coalesce(a.file_id, b.file_id) AS file_id,
        coalesce(a.row_number, b.row_number) AS row_number,
        coalesce(a.subscription_id, b.subscription_id) AS subscription_id,
        coalesce(a.seller_id, b.seller_id) AS seller_id,
        coalesce(a.buyer_id, b.buyer_id) AS buyer_id,
        coalesce(a.currency, b.currency) AS currency,
        b.total_price AS total_before, a.total_price AS total_after,
        concat_ws(
            '; ',
            CASE WHEN b.match_key IS NULL THEN 'the line is new' END,
            CASE WHEN a.match_key IS NULL THEN 'the line is gone' END,
            CASE WHEN b.hop IS NOT NULL AND a.hop IS NOT NULL THEN
                concat_ws(
                    '; ',
                    CASE WHEN (b.seller_id, b.buyer_id) <> (a.seller_id, a.buyer_id)
                        THEN 'seller and buyer were ' || b.seller_id || ' and ' || b.buyer_id END,
                    CASE WHEN b.currency <> a.currency THEN 'currency was ' || b.currency END,
                    CASE
                        WHEN b.rule_id IS DISTINCT FROM a.rule_id
                            THEN 'rule ' || coalesce(b.rule_id, 'none') || ' became ' || coalesce(a.rule_id, 'none')
                        WHEN a.rule_id IN (SELECT rule_id FROM changed_rule)
                            THEN 'rule ' || a.rule_id || ' changed'
                    END,
                    CASE WHEN b.cost_exchange_rate IS DISTINCT FROM a.cost_exchange_rate
                        THEN 'rate ' || coalesce(shortest(b.cost_exchange_rate), 'none') || ' became '
                            || coalesce(shortest(a.cost_exchange_rate), 'none') END,
                    CASE WHEN b.policy <> a.policy THEN 'policy ' || b.policy || ' became ' || a.policy END,
                    CASE WHEN b.cost_total_price IS DISTINCT FROM a.cost_total_price
                        THEN 'the purchase changed' END
                )
            END
        ) AS said,
        b.match_key IS NULL OR a.match_key IS NULL
        OR (b.seller_id, b.buyer_id, b.currency, b.total_price, b.policy)
        IS DISTINCT FROM (a.seller_id, a.buyer_id, a.currency, a.total_price, a.policy)
        OR (b.unit_price, b.effective_unit_price, b.rule_id, b.cost_total_price, b.cost_exchange_rate)
        IS DISTINCT FROM (a.unit_price, a.effective_unit_price, a.rule_id, a.cost_total_price, a.cost_exchange_rate)
            AS differs
    FROM before_line AS b
    FULL JOIN after_line AS a ON b.match_key = a.match_key AND b.hop = a.hop
)
SELECT
    left(file_id, 16) || '-' || row_number AS "vendorLineId",
    file_id AS "fileId", row_number AS "rowNumber",
    match_key AS "matchKey", hop, subscription_id AS "subscriptionId",
    seller_id AS "providerId", buyer_id AS "consumerId", currency,
    shortest(total_before) AS "totalBefore", shortest(total_after) AS "totalAfter",
    shortest(coalesce(total_after, 0) - coalesce(total_before, 0)) AS difference,
    CASE WHEN said = '' THEN 'price list or another input' ELSE said END AS cause,
    coalesce(total_after, 0) - coalesce(total_before, 0) AS moved
FROM compared
WHERE differs
ORDER BY file_id, row_number, hop
