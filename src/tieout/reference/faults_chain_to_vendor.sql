-- Subscriptions whose contract does not lead by parents to one that their vendor sells under.
WITH RECURSIVE sold_by AS (
    SELECT DISTINCT contract_id, seller_id AS vendor_id, 1 AS hop
    FROM now_contracts
    WHERE seller_id = vendor_id
    UNION
    SELECT child.contract_id, sold_by.vendor_id, sold_by.hop + 1
    FROM sold_by
    JOIN now_contracts AS child ON child.parent_contract_id = sold_by.contract_id
    WHERE sold_by.hop < 8
)

SELECT
    'subscriptions.csv' AS file, subscription."row", 'contract_id' AS "column",
    quoted(subscription.contract_id) || ' does not lead to a contract sold by vendor '
    || quoted(subscription.vendor_id) || ' within 8 hops' AS reason
FROM now_subscriptions AS subscription
ANTI JOIN sold_by
    ON sold_by.contract_id = subscription.contract_id
    AND sold_by.vendor_id = subscription.vendor_id
WHERE subscription.vendor_id IS NOT NULL
    AND subscription.contract_id IN (SELECT contract_id FROM now_contracts)
