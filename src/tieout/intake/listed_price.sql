-- The rows of a price sheet with the columns of price_list.csv as text, one per meter. A cell that is
-- no number or no date stays as read. A price of a term is for the whole term.
SELECT
    row_number AS "row",
    CASE
        WHEN year(valid_from_day) IN (1, 1753) THEN 0
        ELSE coalesce(
            moment(valid_from_cell, getvariable('slash_format')), epoch_us(valid_from_day::TIMESTAMP)
        )
    END AS moment,
    'microsoft' AS vendor_id,
    product_id,
    padded_sku(sku_id) AS sku_id,
    term,
    billing_plan,
    market,
    segment,
    unnest(
        CASE
            WHEN meter_ids IS NULL THEN [NULL]
            ELSE list_distinct(regexp_split_to_array(trim(meter_ids, ' ;,'), ' *[;,] *'))
        END
    ) AS meter_id,
    currency,
    CASE WHEN unit_price_plain THEN unit_price_cell ELSE coalesce(exact_number(unit_price_cell), unit_price_raw) END
        AS unit_price,
    CASE WHEN erp_price_plain THEN erp_price_cell ELSE coalesce(exact_number(erp_price_cell), erp_price_raw) END
        AS erp_price,
    CASE WHEN regexp_full_match(term, 'P[0-9]+[MY]', 'i') THEN 'term' END AS price_period,
    coalesce(exact_number(tier_min_cell), tier_min_raw) AS tier_min,
    CASE WHEN is_number(tier_max_cell) THEN upper_tier(tier_max_cell) ELSE tier_max_raw END AS tier_max,
    CASE
        WHEN valid_from_day IS NULL THEN valid_from_raw
        WHEN year(valid_from_day) IN (1, 1753) THEN '0001-01-01'
        ELSE valid_from_day::VARCHAR
    END AS valid_from,
    CASE
        WHEN valid_to_day IS NULL THEN valid_to_raw
        ELSE first_invalid_day(valid_to_cell, valid_to_day)::VARCHAR
    END AS valid_to
FROM intake_taken
