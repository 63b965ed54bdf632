-- The detail lines of the visible invoices with the ids of the rows that each stands behind:
-- its own, that of its usage or credits, its consolidated one and the rounding beside it.
WITH keyed AS (
    SELECT
        *,
        CASE WHEN charge_type_id <> 4 THEN charge_start_date END AS credit_start,
        CASE WHEN charge_type_id <> 4 THEN charge_end_date END AS credit_end,
        CASE
            WHEN charge_type_id <> 4 AND getvariable('credit_grouping') IN ('datesSign', 'datesTotal')
                THEN sign(total_price)::INTEGER
        END AS sort_sign,
        CASE
            WHEN charge_type_id <> 4 AND getvariable('credit_grouping') = 'datesTotal'
                THEN total_price::VARCHAR
            WHEN charge_type_id <> 4 AND getvariable('credit_grouping') = 'none' THEN match_key
        END AS split_key
    FROM seen_detail
),
named AS (
    SELECT
        keyed.*,
        parent.row_id AS parent_row_id,
        CASE
            WHEN is_usage THEN sha1(
                keyed.invoice_bytes || encode(concat_ws(
                    chr(31),
                    CASE WHEN keyed.charge_type_id = 4 THEN 'usage' ELSE 'credit' END,
                    keyed.subscription_id, credit_start::VARCHAR, credit_end::VARCHAR,
                    sort_sign::VARCHAR, split_key, keyed.part
                ))
            )
            ELSE sha1(keyed.invoice_bytes || encode(concat_ws(
                chr(31), 'detail', keyed.match_key, keyed.part
            )))
        END AS row_hash,
        sha1(
            keyed.invoice_bytes || encode(concat_ws(
                chr(31), 'residual', keyed.subscription_id, keyed.charge_type_id::VARCHAR, keyed.part
            ))
        ) AS residual_hash,
        parent.rounding_residual <> 0 AS has_residual
    FROM keyed
    LEFT JOIN seen_line_key AS parent
        ON keyed.invoice_id = parent.invoice_id
        AND keyed.subscription_id = parent.subscription_id
        AND keyed.charge_type_id = parent.charge_type_id
        AND keyed.part IS NOT DISTINCT FROM parent.part
)
SELECT named.*, currency, seller_id, buyer_id, hop
FROM named
JOIN visible_invoice USING (ordinal)
WHERE parent_row_id = getvariable('row_id')
    OR uuid5_of_sha1(row_hash)::VARCHAR = getvariable('row_id')
    OR (has_residual AND uuid5_of_sha1(residual_hash)::VARCHAR = getvariable('row_id'))
