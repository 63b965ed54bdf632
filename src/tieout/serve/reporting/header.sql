-- The visible invoices as headers, each with its status in words.
SELECT
    i.*,
    status.name AS status,
    CASE i.source_id WHEN 1 THEN 'Vendor' WHEN 4 THEN 'Custom' WHEN 5 THEN 'Adjustment' END AS source,
    frequency.frequency_id, frequency.name AS frequency,
    coalesce(coin.digits, i.minor_digits) AS cost_digits
FROM visible_invoice AS i
INNER JOIN (
    VALUES
    (0, 'New'), (1, 'Verified'), (2, 'Issued'), (3, 'Paid'), (4, 'Payment Card Error'),
    (6, 'New Corrected')
) AS status (status_id, name) ON i.status_id = status.status_id
LEFT JOIN (VALUES (1, 'Per Billing Cycle'), (2, 'Per Order')) AS frequency (frequency_id, name)
    ON i.source_id = 1 AND frequency.frequency_id = CASE WHEN i.order_id IS NULL THEN 1 ELSE 2 END
LEFT JOIN currency_coin AS coin ON i.cost_currency = coin.currency
