-- The month's vendor lines of the subscriptions that lines asked for belong to.
SELECT line.*
FROM vendor_line AS line
JOIN (
    SELECT DISTINCT vendor, subscription_id
    FROM vendor_line
    SEMI JOIN asked_place USING (file_id, row_number)
) AS asked
    ON line.vendor = asked.vendor AND line.subscription_id IS NOT DISTINCT FROM asked.subscription_id
