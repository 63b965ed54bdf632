-- The charges that the requester buys, in any document of the runs at hand, issued or not.
SELECT run_id, charge_no
FROM run_detail_line
WHERE buyer_id = getvariable('requester')
