-- The viewer's orders with what of them is billed; not yet billed, they are New and have no total. What
-- is billed are the lines of order_item, read without making rows of them.
WITH placed AS (
    SELECT ordered.contract_id, ordered.order_id, d.invoice_id, d.total_price
    FROM seen_detail AS d
    JOIN visible_invoice AS i USING (ordinal)
    JOIN ordered
        ON ordered.contract_id = d.contract_id
        AND ordered.order_id = d.order_id
        AND (i.order_id IS NOT NULL OR NOT ordered.is_apart)
    WHERE d.origin IS NULL
        AND NOT d.is_usage
        AND d.credits_row_id IS NULL
        AND lower(replace(d.charge_type, ' ', '')) IN ('new', 'purchase', 'purchasefee')
),
billed AS (
    SELECT
        contract_id, order_id, sum(total_price)::DECIMAL(38, 18) AS total_price,
        CASE WHEN count(DISTINCT invoice_id) = 1 THEN min(invoice_id) END AS invoice_id
    FROM placed
    GROUP BY contract_id, order_id
)
SELECT
    ordered.order_id, ordered.reference_id, ordered.order_number, ordered.order_date,
    ordered.seller_id, ordered.buyer_id,
    CASE WHEN billed.order_id IS NULL THEN 0 ELSE 2 END AS status_id,
    CASE WHEN billed.order_id IS NULL THEN 'New' ELSE 'Completed' END AS status,
    ordered.currency, billed.total_price, coin.digits AS minor_digits, billed.invoice_id, ordered.contract_id
FROM ordered
LEFT JOIN billed USING (contract_id, order_id)
LEFT JOIN currency_coin AS coin ON coin.currency = ordered.currency
