-- Each document with its parties and totals: what stands around its customers.
SELECT doc.*, t.* EXCLUDE (ordinal), receiver, sender, scope.scope
FROM document AS doc
INNER JOIN document_total AS t USING (ordinal)
INNER JOIN scope USING (ordinal)
LEFT JOIN organization AS receiver
    ON doc.snapshot_id = receiver.snapshot_id AND doc.buyer_id = receiver.organization_id
LEFT JOIN organization AS sender
    ON doc.snapshot_id = sender.snapshot_id AND doc.seller_id = sender.organization_id
