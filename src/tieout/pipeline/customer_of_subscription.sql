-- The end customer of a subscription that is sold on through a contract on a day.
SELECT path.customer_id
FROM subscriptions AS subscription
JOIN contract_path AS path ON path.leaf_contract_id = subscription.contract_id
WHERE subscription.subscription_id = getvariable('subscription_id')
    AND list_contains(list_transform(path.hops, lambda h: h.contract_id), getvariable('contract_id'))
    AND path.valid_from <= getvariable('day')::DATE AND path.valid_to > getvariable('day')::DATE
LIMIT 1
