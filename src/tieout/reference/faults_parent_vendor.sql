-- Contracts of another vendor than the parent contract while both are in force.
WITH link AS (
    SELECT DISTINCT
        child."row" AS child_row, parent."row" AS parent_row,
        child.contract_id AS child_id, parent.contract_id AS parent_id,
        child.vendor_id AS child_vendor, parent.vendor_id AS parent_vendor
    FROM now_contracts AS child
    JOIN now_contracts AS parent
        ON parent.contract_id = child.parent_contract_id
        AND parent.valid_from < open_end(child.valid_to)
        AND child.valid_from < open_end(parent.valid_to)
)

SELECT
    'contracts.csv' AS file,
    coalesce(child_row, parent_row) AS "row",
    'vendor_id' AS "column",
    CASE
        WHEN child_row IS NULL
            THEN quoted(parent_vendor) || ' is not the vendor ' || quoted(child_vendor)
                || ' of contract ' || quoted(child_id) || ', whose parent this is'
        ELSE quoted(child_vendor) || ' is not the vendor ' || quoted(parent_vendor)
            || ' of parent contract ' || quoted(parent_id)
    END AS reason
FROM link
WHERE child_vendor <> parent_vendor
