-- Of each subscription of an end customer who buys at a hop that shows: a vendor line, the newest one,
-- and the first day that was charged.
SELECT
    i.buyer_id, i.vendor_id, d.subscription_id, max_by(d.file_id, (d.charge_start_date, d.match_key)) AS file_id,
    max_by(d.row_number, (d.charge_start_date, d.match_key)) AS row_number, min(d.charge_start_date) AS first_day
FROM tenant_detail AS d
JOIN visible_invoice AS i USING (ordinal)
WHERE d.customer_id = i.buyer_id AND d.origin IS NULL AND d.charge_start_date IS NOT NULL
GROUP BY i.buyer_id, i.vendor_id, d.subscription_id
