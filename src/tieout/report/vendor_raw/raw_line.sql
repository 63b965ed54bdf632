-- The rows of the vendor invoices that are shown, by file and row: how each was matched, or why it
-- was not. Of an invoice that several buy, each buyer has its own lines only.
WITH told AS (
    SELECT
        file.file_no, line.file_id, line.row_number, line.vendor, line.vendor_invoice_row_id,
        line.entitlement_id, NULL::VARCHAR AS code
    FROM vendor_line AS line
    INNER JOIN raw_file AS file USING (file_id)
    WHERE line.invoice_number = getvariable('vendor_invoice_number')
    UNION ALL BY NAME
    SELECT file.file_no, row.file_id, row.row_number, file.vendor, row.code
    FROM rejected_row AS row
    INNER JOIN raw_file AS file USING (file_id)
    WHERE row.invoice_number = getvariable('vendor_invoice_number')
),
own AS (
    SELECT
        bought.file_id, bought.row_number, bought.vendor,
        min(bought.match_key) AS match_key,
        bool_or(subscription.entitlement_id IS NOT NULL) AS by_entitlement
    FROM bought_line AS bought
    LEFT JOIN (
        SELECT DISTINCT run.run_id, held.subscription_id, held.entitlement_id
        FROM reference_subscriptions AS held
        INNER JOIN billing_run AS run USING (snapshot_id)
        WHERE held.entitlement_id IS NOT NULL
    ) AS subscription USING (run_id, subscription_id)
    WHERE bought.buyer_id = getvariable('viewer')
    GROUP BY bought.file_id, bought.row_number, bought.vendor
),
parked AS (
    SELECT file_id, row_number, min(reason) AS reason
    FROM parked_line
    GROUP BY file_id, row_number
)
SELECT
    told.file_no, told.row_number, told.vendor_invoice_row_id, own.match_key,
    CASE
        WHEN own.match_key IS NULL THEN NULL
        WHEN own.by_entitlement AND told.entitlement_id IS NOT NULL THEN 'entitlement'
        ELSE 'subscription'
    END AS match_method,
    CASE
        WHEN own.match_key IS NULL THEN
            coalesce(told.code, CASE WHEN aside.file_id IS NOT NULL THEN 'SET_ASIDE' END, parked.reason)
    END AS reason
FROM told
INNER JOIN shown_invoice AS shown ON told.vendor = shown.vendor
LEFT JOIN own
    ON told.file_id = own.file_id AND told.row_number = own.row_number AND told.vendor = own.vendor
LEFT JOIN parked ON told.file_id = parked.file_id AND told.row_number = parked.row_number
LEFT JOIN set_aside_line AS aside
    ON told.file_id = aside.file_id AND told.row_number = aside.row_number
WHERE own.match_key IS NOT NULL OR shown.is_sole
ORDER BY told.file_no, told.row_number
