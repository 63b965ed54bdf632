-- The questions as subscriptions that begin on the day, each with a vendor subscription of its own.
SELECT
    coalesce(subscription_id, 'asked') AS subscription_id, NULL::VARCHAR AS subscription_no, vendor_id,
    'asked-' || asked_no AS vendor_subscription_id, NULL::VARCHAR AS entitlement_id,
    last_contract_id AS contract_id, 'asked' AS name, NULL::VARCHAR AS plan_id,
    NULL::VARCHAR AS plan_period_id, NULL::VARCHAR AS plan_rate_id, NULL::VARCHAR AS rate_period_id,
    product_id, sku_id, NULL::VARCHAR AS quantity, NULL::VARCHAR AS status,
    getvariable('quote_day') AS start_date, NULL::VARCHAR AS end_date, term, billing_frequency,
    NULL::VARCHAR AS po_number, NULL::VARCHAR AS cost_center, NULL::VARCHAR AS order_id,
    NULL::VARCHAR AS consumer_name, NULL::VARCHAR AS consumer_number, segment,
    getvariable('quote_day') AS valid_from, NULL::VARCHAR AS valid_to
FROM numbered_price
