-- The hops that the viewer is a side of, by the last contract of the chain they stand in, each for the
-- days on which every contract from there to the last one holds. All lists go through it.
WITH RECURSIVE held AS (
    SELECT
        contract_id, parent_contract_id, vendor_id, seller_id, buyer_id, currency, valid_from,
        coalesce(valid_to, '9999-12-31') AS valid_to
    FROM known_contracts
    WHERE purpose <> 'consume'
),
chain AS (
    SELECT contract_id AS last_contract_id, held.*, 1 AS contracts
    FROM held
    UNION ALL
    SELECT
        chain.last_contract_id,
        above.* REPLACE (
            greatest(chain.valid_from, above.valid_from) AS valid_from,
            least(chain.valid_to, above.valid_to) AS valid_to
        ),
        chain.contracts + 1
    FROM chain
    JOIN held AS above
        ON above.contract_id = chain.parent_contract_id
        AND above.vendor_id = chain.vendor_id
        AND above.valid_from < chain.valid_to
        AND chain.valid_from < above.valid_to
    WHERE chain.seller_id <> chain.vendor_id AND chain.contracts < 8
)
SELECT
    last_contract_id, contract_id, vendor_id, seller_id, buyer_id, currency, valid_from, valid_to,
    seller_id = getvariable('viewer') AS sells
FROM chain
WHERE getvariable('viewer') IN (seller_id, buyer_id)
