-- The consolidated lines of a hop, those of late lines with what stands apart in them and the invoice
-- of their own month.
WITH adjusted AS (
    SELECT
        detail.hop, seller_id, buyer_id, vendor, currency, invoice_order_id, part, max(adjusts_invoice_id) AS its_invoice_id
    FROM carried_detail AS detail
    JOIN carried_charge USING (carried_no)
    GROUP BY ALL
),
named AS (
    SELECT
        *, split_part(subscription_id, chr(31), 1) AS own_subscription_id,
        nullif(split_part(subscription_id, chr(31), 2), '') AS own_part
    FROM hop_invoice_line
)
SELECT
    line.* EXCLUDE (own_subscription_id, own_part)
        REPLACE (own_subscription_id AS subscription_id, own_part AS part, its_invoice_id AS adjusts_invoice_id)
FROM named AS line
LEFT JOIN adjusted
    ON adjusted.hop = line.hop AND adjusted.seller_id = line.seller_id AND adjusted.buyer_id = line.buyer_id
    AND adjusted.vendor = line.vendor AND adjusted.currency = line.currency AND adjusted.part = line.own_part
    AND adjusted.invoice_order_id IS NOT DISTINCT FROM line.invoice_order_id
ORDER BY line.invoice_id, line.line_no
