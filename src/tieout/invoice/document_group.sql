-- The charges of a document made by hand as they are summed: what differs in `part` apart, as though
-- it were of another subscription.
SELECT * REPLACE (concat_ws(chr(31), subscription_id, part) AS subscription_id)
FROM document_charge
