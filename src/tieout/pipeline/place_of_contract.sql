-- Who sells what to whom under a contract on a day, and at which hop.
SELECT
    len(hops)::INT AS hop, hops[-1].seller_id AS seller_id, hops[-1].buyer_id AS buyer_id,
    hops[-1].contract_id AS contract_id, hops[-1].currency AS currency, vendor_id,
    NULL::VARCHAR AS order_id
FROM contract_path
WHERE leaf_contract_id = getvariable('contract_id')
    AND valid_from <= getvariable('day')::DATE AND valid_to > getvariable('day')::DATE
LIMIT 1
