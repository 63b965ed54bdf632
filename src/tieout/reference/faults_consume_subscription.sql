-- Subscriptions on a contract that prices nothing.
SELECT DISTINCT
    'subscriptions.csv' AS file, subscription."row", 'contract_id' AS "column",
    quoted(subscription.contract_id) || ' has purpose consume and carries no subscription'
        AS reason
FROM now_subscriptions AS subscription
JOIN now_contracts AS contract
    ON contract.contract_id = subscription.contract_id
    AND contract.valid_from < open_end(subscription.valid_to)
    AND subscription.valid_from < open_end(contract.valid_to)
WHERE contract.purpose = 'consume'
