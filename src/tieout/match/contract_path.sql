-- For each last contract and span of days: the chain of hops from the vendor down to the customer.
WITH RECURSIVE held AS (
    SELECT
        contract_id, parent_contract_id, vendor_id, seller_id, buyer_id, currency,
        coalesce(rounding_policy, 'hop-exact') AS policy,
        coalesce(billing_day::INT, 1) AS billing_day,
        valid_from::DATE AS valid_from,
        coalesce(valid_to::DATE, DATE '9999-12-31') AS valid_to
    FROM contracts
    WHERE purpose <> 'consume'
),
chain AS (
    SELECT
        contract_id AS leaf_contract_id, buyer_id AS customer_id, parent_contract_id, vendor_id,
        seller_id, valid_from, valid_to,
        [{
            'contract_id': contract_id, 'seller_id': seller_id, 'buyer_id': buyer_id,
            'currency': currency, 'policy': policy, 'billing_day': billing_day
        }] AS hops
    FROM held
    UNION ALL
    SELECT
        chain.leaf_contract_id, chain.customer_id, held.parent_contract_id, chain.vendor_id,
        held.seller_id,
        greatest(chain.valid_from, held.valid_from),
        least(chain.valid_to, held.valid_to),
        list_prepend({
            'contract_id': held.contract_id, 'seller_id': held.seller_id,
            'buyer_id': held.buyer_id, 'currency': held.currency, 'policy': held.policy,
            'billing_day': held.billing_day
        }, chain.hops)
    FROM chain
    JOIN held
        ON held.contract_id = chain.parent_contract_id
        AND held.vendor_id = chain.vendor_id
        AND held.valid_from < chain.valid_to
        AND chain.valid_from < held.valid_to
    WHERE chain.seller_id <> chain.vendor_id AND len(chain.hops) < 8
)
SELECT
    row_number() OVER (
        ORDER BY list_transform(hops, lambda h: h.seller_id || '>' || h.buyer_id), leaf_contract_id, valid_from
    ) AS path_id,
    leaf_contract_id, customer_id, vendor_id, valid_from, valid_to, hops
FROM chain
WHERE seller_id = vendor_id
