-- What was bought on each order: the rows of visible invoices that begin a subscription or are bought
-- once. An order with an invoice of its own has what stands on that.
WITH placed AS (
    SELECT r.*, i.contract_id, i.order_id IS NOT NULL AS is_apart
    FROM row AS r
    JOIN visible_invoice AS i USING (ordinal)
    WHERE r.order_id IS NOT NULL
        AND r.match_key IS NOT NULL
        AND r.credits_row_id IS NULL
        AND lower(replace(r.charge_type, ' ', '')) IN ('new', 'purchase', 'purchasefee')
)
SELECT
    placed.row_id AS item_id, ordered.order_id, ordered.reference_id, ordered.order_number, ordered.order_date,
    row_number() OVER (
        PARTITION BY ordered.contract_id, ordered.order_id ORDER BY placed.ordinal, placed.line_no
    ) AS line_no,
    ordered.contract_id, placed.invoice_id, placed.subscription_id, placed.vendor_offer_id AS product_id,
    placed.quantity, placed.quantity_digits, placed.unit_price, placed.unit_price_digits,
    placed.total_price, placed.total_price_digits, placed.currency,
    placed.reseller_unit_price, placed.reseller_unit_price_digits,
    placed.reseller_total_price, placed.reseller_total_price_digits, placed.cost_visible,
    offer.offer_id
FROM placed
JOIN ordered
    ON ordered.contract_id = placed.contract_id
    AND ordered.order_id = placed.order_id
    AND (placed.is_apart OR NOT ordered.is_apart)
LEFT JOIN subscribed_offer AS offer ON offer.subscription_id = placed.subscription_id
