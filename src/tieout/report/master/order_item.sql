-- What was bought on each order: the detail rows of visible invoices that begin a subscription or are
-- bought once. An order with an invoice of its own has what stands on that.
WITH placed AS (
    SELECT r.*, i.currency, i.cost_visible, i.order_id IS NOT NULL AS is_apart
    FROM detail_row AS r
    JOIN visible_invoice AS i USING (ordinal)
    WHERE r.order_id IS NOT NULL
        AND r.match_key IS NOT NULL
        AND r.credits_row_id IS NULL
        AND lower(replace(r.charge_type, ' ', '')) IN ('new', 'purchase', 'purchasefee')
)
SELECT
    uuid5_of_sha1(placed.row_hash)::VARCHAR AS item_id,
    ordered.order_id, ordered.reference_id, ordered.order_number, ordered.order_date,
    row_number() OVER (
        PARTITION BY ordered.contract_id, ordered.order_id
        ORDER BY
            placed.ordinal, nullif(placed.subscription_id, '') NULLS LAST, placed.part NULLS FIRST,
            placed.file_id, placed.row_number -- as rows of an invoice are ordered
    ) AS line_no,
    ordered.contract_id, placed.invoice_id, nullif(placed.subscription_id, '') AS subscription_id,
    placed.product_id,
    placed.quantity, placed.quantity_digits, placed.unit_price, placed.unit_price_digits,
    placed.total_price, placed.total_price_digits, placed.currency,
    placed.cost_unit_price AS reseller_unit_price, placed.cost_unit_price_digits AS reseller_unit_price_digits,
    placed.cost_total_price AS reseller_total_price,
    placed.cost_total_price_digits AS reseller_total_price_digits, placed.cost_visible,
    offer.offer_id
FROM placed
JOIN ordered
    ON ordered.contract_id = placed.contract_id
    AND ordered.order_id = placed.order_id
    AND (placed.is_apart OR NOT ordered.is_apart)
LEFT JOIN subscribed_offer AS offer ON offer.subscription_id = placed.subscription_id
