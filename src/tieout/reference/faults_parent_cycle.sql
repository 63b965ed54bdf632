-- Contracts that have no first contract within 8 hops: in a cycle of parents, or too far down.
WITH RECURSIVE link AS (
    SELECT DISTINCT contract_id, parent_contract_id
    FROM now_contracts
    WHERE parent_contract_id IS NOT NULL
),

reached AS (
    SELECT DISTINCT contract.contract_id, 1 AS hop
    FROM now_contracts AS contract
    LEFT JOIN now_contracts AS parent ON parent.contract_id = contract.parent_contract_id
    WHERE parent.contract_id IS NULL
    UNION
    SELECT link.contract_id, reached.hop + 1
    FROM reached
    JOIN link ON link.parent_contract_id = reached.contract_id
    WHERE reached.hop < 8
),

lost AS (
    SELECT * FROM link ANTI JOIN reached USING (contract_id)
),

climb AS (
    SELECT contract_id AS start, parent_contract_id AS contract_id, 1 AS steps FROM lost
    UNION
    SELECT climb.start, lost.parent_contract_id, climb.steps + 1
    FROM climb
    JOIN lost ON lost.contract_id = climb.contract_id
    WHERE climb.contract_id <> climb.start AND climb.steps < 64
),

fate AS (
    SELECT start, bool_or(contract_id = start) AS is_cycle FROM climb GROUP BY start
)

SELECT
    'contracts.csv' AS file, contract."row", 'parent_contract_id' AS "column",
    quoted(contract.parent_contract_id)
    || CASE
        WHEN fate.is_cycle THEN ' leads back to this contract'
        ELSE ' has 8 or more contracts above this one'
    END AS reason
FROM now_contracts AS contract
JOIN fate ON fate.start = contract.contract_id
WHERE contract.parent_contract_id IS NOT NULL
