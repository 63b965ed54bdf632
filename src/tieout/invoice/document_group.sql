-- The charges of a document made by hand as they are summed: what differs in `part` apart, as though
-- it were of another subscription; all of one chain.
WITH keyed AS (
    SELECT * REPLACE (concat_ws(chr(31), subscription_id, part) AS subscription_id)
    FROM document_charge
)
SELECT *, 1::BIGINT AS chain_no, dense_rank() OVER (ORDER BY subscription_id, charge_type_id) AS set_no
FROM keyed
