-- The price list as integers, where some rule asks for it: erp_price, else unit_price (ruling 15).
-- `cycles_of_term` says how many months a price for a whole term is for, null where it is per cycle.
WITH typed AS (
    SELECT
        vendor_id, product_id, sku_id, term, billing_plan, upper(market) AS market, segment, meter_id, currency,
        coalesce(tier_min::DECIMAL(38, 18), 0) > 0 OR tier_max IS NOT NULL AS is_tiered,
        unit_price::DECIMAL(38, 24) AS unit_price,
        replace((coalesce(erp_price, unit_price)::DECIMAL(38, 24))::VARCHAR, '.', '')::HUGEINT AS fine,
        CASE WHEN price_period = 'term' THEN months_of_term(term) END AS term_months,
        coalesce(price_period, 'cycle') = 'cycle' AS is_per_cycle,
        valid_from::DATE AS valid_from,
        coalesce(valid_to::DATE, DATE '9999-12-31') AS valid_to
    FROM price_list
    WHERE getvariable('asks_list')
)
SELECT
    * EXCLUDE (fine),
    CASE WHEN fine % 1000000 = 0 THEN fine // 1000000 ELSE fine END AS price,
    CASE WHEN fine % 1000000 = 0 THEN 1 ELSE 1000000 END AS price_scale
FROM typed
