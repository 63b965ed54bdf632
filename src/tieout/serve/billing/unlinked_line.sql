-- Lines of one side only, in the shape of linked lines whose sale is not there.
SELECT
    *,
    NULL::BIGINT AS sale_line_id, NULL::DECIMAL(38, 18) AS sale_unit_price,
    NULL::DECIMAL(38, 18) AS sale_discount, NULL::DECIMAL(38, 18) AS sale_amount,
    NULL::VARCHAR AS sale_currency, NULL::BIGINT AS sale_digits, NULL::VARCHAR AS sale_invoice_number,
    FALSE AS is_matched, NULL::INT AS match_tier, NULL::VARCHAR AS match_reason,
    FALSE AS is_sign_conflict
FROM wanted_line
