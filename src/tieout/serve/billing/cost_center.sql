-- The cost centre of each contract as it stood at the end of a document's period: of the newest row
-- begun by then, else of the first one.
SELECT doc.snapshot_id, doc.period, held.contract_id, held.cost_center
FROM (SELECT DISTINCT snapshot_id, period FROM document) AS doc
INNER JOIN reference_contracts AS held ON doc.snapshot_id = held.snapshot_id
WHERE held.contract_id IN (SELECT last_contract_id FROM subscription)
QUALIFY row_number() OVER (
    PARTITION BY doc.snapshot_id, doc.period, held.contract_id
    ORDER BY
        CASE WHEN held.valid_from::DATE <= last_day((doc.period || '-01')::DATE) THEN held.valid_from END
            DESC NULLS LAST,
        held.valid_from
) = 1
