-- The rounding of each group as a row, so that expanded rows add up to the invoice (6.4).
SELECT
    l.ordinal, l.invoice_id, l.snapshot_id, l.contract_id,
    4 AS phase, l.part, l.charge_type_id::BIGINT AS row_number,
    sha1(
        l.invoice_bytes
        || encode(concat_ws(chr(31), 'residual', l.subscription_id, l.charge_type_id::VARCHAR, l.part))
    ) AS row_hash,
    l.row_id AS parent_row_id,
    'residual' AS row_kind,
    l.subscription_id, l.product_id, 'Rounding' AS charge_type, 8 AS charge_type_id,
    l.charge_start_date, l.charge_end_date,
    1::DECIMAL(38, 18) AS quantity,
    l.rounding_residual AS unit_price,
    l.rounding_residual AS effective_unit_price,
    l.rounding_residual AS total_price,
    0 AS source_line_count, l.credits_row_id, l.adjusts_invoice_id
FROM seen_line AS l
WHERE l.rounding_residual <> 0
    AND (NOT getvariable('corrections_only') OR l.charge_type_id IN (3, 7))
    AND (
        left(l.invoice_date, 10) > CASE
            WHEN l.charge_type_id IN (3, 7) THEN getvariable('corrections_until')
            ELSE getvariable('others_until')
        END
    ) IS NOT FALSE
