-- The charges that the requester sells on, in any document of the runs at hand, issued or not.
SELECT run_id, charge_no
FROM run_detail_line
WHERE seller_id = getvariable('requester')
