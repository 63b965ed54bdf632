-- What is asked about the prices of the page's subscriptions: what each comes to at the hops of its chain.
SELECT
    subscription_id AS asked_id, last_contract_id, subscription_id, vendor_id, product_id, sku_id, term,
    frequency_word AS billing_frequency, segment, NULL::VARCHAR AS meter_id, 'License' AS charge_kind,
    coalesce(quantity, 1)::DECIMAL(38, 18) AS quantity
FROM page_row
