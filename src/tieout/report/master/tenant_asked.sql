-- The tenant of each subscription that is asked about, as `tenant` has it, where its buyer is the end customer.
SELECT
    told.subscription_id AS asked_id,
    named_id(concat_ws(chr(31), 'tenant', told.vendor_id, line.customer_id)) AS tenant_id
FROM tenant_line AS told
JOIN asked_subscription AS asked
    ON asked.asked_id = told.subscription_id
    AND asked.customer_id = told.buyer_id
    AND asked.vendor_id = told.vendor_id
JOIN vendor_line AS line USING (file_id, row_number)
WHERE line.customer_id IS NOT NULL
