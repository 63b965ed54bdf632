-- The consolidated lines of a document made by hand, each with its subscription, with what stands
-- apart in it, the line that it takes back and the text of a custom charge.
WITH known AS (
    SELECT
        subscription_id AS group_id, charge_type_id,
        split_part(subscription_id, chr(31), 1) AS own_subscription_id,
        min(part) AS own_part, min(credits_row_id) AS own_credits_row_id,
        CASE WHEN bool_and(origin = 'custom') THEN 'custom' END AS own_origin,
        CASE WHEN bool_and(origin = 'custom') THEN min(description) END AS own_details
    FROM charge
    GROUP BY subscription_id, charge_type_id
)
SELECT
    line.* REPLACE (
        own_subscription_id AS subscription_id, own_part AS part, own_origin AS origin,
        own_credits_row_id AS credits_row_id, own_details AS details
    )
FROM invoice_line AS line
JOIN known ON known.group_id = line.subscription_id AND known.charge_type_id = line.charge_type_id
ORDER BY line.line_no
