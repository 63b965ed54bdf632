-- Contracts whose seller is not the buyer of the parent contract while both are in force.
WITH link AS (
    SELECT DISTINCT
        child."row" AS child_row, parent."row" AS parent_row,
        child.contract_id AS child_id, parent.contract_id AS parent_id,
        child.seller_id, parent.buyer_id
    FROM now_contracts AS child
    JOIN now_contracts AS parent
        ON parent.contract_id = child.parent_contract_id
        AND parent.contract_id <> child.contract_id
        AND parent.valid_from < open_end(child.valid_to)
        AND child.valid_from < open_end(parent.valid_to)
)

SELECT
    'contracts.csv' AS file,
    coalesce(child_row, parent_row) AS "row",
    CASE WHEN child_row IS NULL THEN 'buyer_id' ELSE 'seller_id' END AS "column",
    CASE
        WHEN child_row IS NULL
            THEN quoted(buyer_id) || ' is not the seller ' || quoted(seller_id)
                || ' of contract ' || quoted(child_id) || ', whose parent this is'
        ELSE quoted(seller_id) || ' is not the buyer ' || quoted(buyer_id)
            || ' of parent contract ' || quoted(parent_id)
    END AS reason
FROM link
WHERE seller_id <> buyer_id
