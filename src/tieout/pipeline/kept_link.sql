-- Every link and every line left over as it is kept, with what the Billing API tells of a sales line.
WITH told AS (
    SELECT * FROM link
    UNION ALL BY NAME
    SELECT
        status, reason,
        CASE WHEN side = 'purchase' THEN invoice_id END AS purchase_invoice_id,
        CASE WHEN side = 'purchase' THEN line_id END AS purchase_line_id,
        CASE WHEN side = 'purchase' THEN line_seq END AS purchase_line_seq,
        CASE WHEN side = 'purchase' THEN amount END AS purchase_amount,
        CASE WHEN side = 'sales' THEN invoice_id END AS sales_invoice_id,
        CASE WHEN side = 'sales' THEN line_id END AS sales_line_id,
        CASE WHEN side = 'sales' THEN line_seq END AS sales_line_seq,
        CASE WHEN side = 'sales' THEN amount END AS sales_amount
    FROM left_over
),
-- a customer and a subscription are known by our id, else by the number that the API shows
customer AS (
    SELECT name, min(organization_id) AS customer_id, min(account_no) AS account_no
    FROM (
        SELECT organization_id AS name, organization_id, account_no FROM current_organizations
        UNION ALL
        SELECT account_no, organization_id, account_no FROM current_organizations
    )
    WHERE name IS NOT NULL
    GROUP BY name
),
subscription AS (
    SELECT
        name, min(subscription_id) AS subscription_id, min(subscription_no) AS subscription_no
    FROM (
        SELECT subscription_id AS name, subscription_id, subscription_no FROM current_subscriptions
        UNION ALL
        SELECT subscription_no, subscription_id, subscription_no FROM current_subscriptions
    )
    WHERE name IS NOT NULL
    GROUP BY name
)
SELECT
    told.status, told.tier, told.reason, told.match_group_id,
    told.purchase_invoice_id, told.purchase_line_id, told.purchase_line_seq, told.purchase_amount,
    told.sales_invoice_id, told.sales_line_id, told.sales_line_seq, told.sales_amount,
    sale.invoice_date AS sales_date, sale.vendor,
    customer.customer_id,
    coalesce(try_cast(customer.account_no AS BIGINT), try_cast(sale.customer_id AS BIGINT)) AS account_no,
    subscription.subscription_id,
    coalesce(
        try_cast(subscription.subscription_no AS BIGINT), try_cast(sale.subscription_id AS BIGINT)
    ) AS subscription_no,
    CASE WHEN told.sales_invoice_id IS NOT NULL THEN coalesce(sale.description, '') END AS description,
    sale.start_date, sale.end_date,
    CASE
        WHEN told.sales_invoice_id IS NULL THEN NULL
        WHEN length(sale.match_key) <= 40 THEN sale.match_key
        ELSE signed_key(concat_ws(
            chr(31), coalesce(sale.vendor, ''), sale.invoice_id, sale.line_id, sale.line_seq
        ))
    END AS match_key,
    (SELECT min(currency) FROM typed_line) AS currency,
    getvariable('minor_digits')::BIGINT AS minor_digits
FROM told
LEFT JOIN typed_line AS sale
    ON sale.side = 'sales'
    AND told.sales_invoice_id = sale.invoice_id
    AND told.sales_line_id = sale.line_id
    AND told.sales_line_seq = sale.line_seq
LEFT JOIN customer ON sale.customer_id = customer.name
LEFT JOIN subscription ON sale.subscription_id = subscription.name
ORDER BY
    told.purchase_invoice_id, told.purchase_line_id, told.purchase_line_seq,
    told.sales_invoice_id, told.sales_line_id, told.sales_line_seq
