-- The viewer's contracts; the one above only where the viewer is a side of that as well.
SELECT
    own.contract_id,
    CASE WHEN own.parent_contract_id IN (SELECT contract_id FROM own_contract) THEN own.parent_contract_id END
        AS parent_contract_id,
    list_position(['resell', 'consume', 'invoice'], own.purpose) - 1 AS purpose_id,
    upper(left(own.purpose, 1)) || substr(own.purpose, 2) AS purpose,
    own.seller_id, own.buyer_id, own.number, own.reference_number,
    CASE WHEN own.type_name IS NOT NULL THEN named_id(concat_ws(chr(31), 'contract type', own.type_name)) END
        AS type_id,
    own.type_name, own.currency, coalesce(own.billing_day::INT, 1) AS billing_day, own.valid_from,
    (own.valid_to::DATE - 1)::VARCHAR AS valid_till,  -- the last day, included
    changed.changed_at
FROM own_contract AS own
LEFT JOIN changed_contracts AS changed USING (contract_id, valid_from)
