-- Placed lines with their question's number, the first hop without a price, and how the vendor
-- prorated them where a fixed price must follow (rulings 9, 32, 34).
WITH gap AS (
    SELECT
        pricing_id,
        arg_min(missing, hop) FILTER (missing IS NOT NULL) AS hop_missing,
        min(hop) FILTER (missing IS NOT NULL) AS gap_hop,
        min(hop) FILTER (is_own_price OR is_gap_share) AS own_price_hop,
        min(hop) FILTER (keeps_credit) AS credit_hop
    FROM hop_price
    GROUP BY pricing_id
),
asked AS (
    SELECT
        line.*, pricing.pricing_id, gap.hop_missing, gap.gap_hop, gap.own_price_hop, gap.credit_hop,
        (charge_end_date - charge_start_date + 1)::INT AS days,
        day(last_day(cycle_start))::INT AS month_days,
        (first_cycle_end - cycle_start + 1)::INT AS cycle_days,
        line.is_usage OR is_undivided
            OR (charge_start_date = cycle_start AND charge_end_date = first_cycle_end) AS is_whole
    FROM placed_line AS line
    LEFT JOIN rule_era ON rule_era.rule_date = line.rule_date
    LEFT JOIN pricing
        ON pricing.path_id = line.path_id
        AND pricing.era = rule_era.era
        AND pricing.asked_subscription_id IS NOT DISTINCT FROM line.asked_subscription_id
        AND pricing.asked_product_id IS NOT DISTINCT FROM line.asked_product_id
        AND pricing.asked_sku_id IS NOT DISTINCT FROM line.asked_sku_id
        AND pricing.asked_product_family IS NOT DISTINCT FROM line.asked_product_family
        AND pricing.asked_class_id IS NOT DISTINCT FROM line.asked_class_id
        AND pricing.asked_list IS NOT DISTINCT FROM line.asked_list
        AND line.missing IS NULL
    LEFT JOIN gap USING (pricing_id)
),
adjusted AS (
    SELECT
        *,
        own_price_hop IS NOT NULL AND NOT is_whole AND effective_unit_price IS NOT NULL
            AND effective_unit_price <> 0 AS must_fit,
        CASE WHEN contains(lower(price_adjustment_description), 'fee') THEN 1 ELSE -1 END * coalesce(
            try_cast(regexp_extract(price_adjustment_description, '([0-9]{1,3}(\.[0-9]{1,4})?) ?%', 1) AS DECIMAL(9, 4)),
            0
        ) AS adjustment
    FROM asked
),
whole_numbers AS (
    SELECT
        *,
        CASE WHEN must_fit AND unit_price < 100000000 AND days BETWEEN 1 AND 999 THEN
            (units(unit_price) // 1000000 * (1000000 + (adjustment * 10000)::HUGEINT))
        END AS p,
        CASE WHEN must_fit THEN abs(units(effective_unit_price)) END AS e,
        CASE WHEN must_fit THEN abs(units(subtotal)) END AS s,
        CASE WHEN must_fit AND reconciled_quantity < 1000000
            AND reconciled_quantity::DECIMAL(38, 6) = reconciled_quantity
            THEN units(reconciled_quantity) // 1000000000000 END AS q
    FROM adjusted
),
tried AS (
    SELECT
        *,
        CASE
            WHEN e = p * days // (month_days * 10000000000000000::HUGEINT) * 10000000000000000::HUGEINT
                AND s * 1000000 = e * q THEN 'nce-a'
            WHEN s = p * days * q // (month_days * 10000000000000000000000::HUGEINT) * 10000000000000000::HUGEINT
                AND 2 * abs(e * month_days - p * days) <= month_days * 10000000000000000::HUGEINT THEN 'nce-b'
        END AS month_profile,
        CASE
            WHEN e = p * days // (cycle_days * 10000000000000000::HUGEINT) * 10000000000000000::HUGEINT
                AND s * 1000000 = e * q THEN 'nce-a'
            WHEN s = p * days * q // (cycle_days * 10000000000000000000000::HUGEINT) * 10000000000000000::HUGEINT
                AND 2 * abs(e * cycle_days - p * days) <= cycle_days * 10000000000000000::HUGEINT THEN 'nce-b'
        END AS cycle_profile
    FROM whole_numbers
)
SELECT
    file_no, row_number, pricing_id, path_id, hops, our_subscription_id, end_customer_id,
    (path_id << 35) | (subscription_place << 3) | charge_type_id AS set_no,
    charge_type_id, is_usage, cycle_start, cycle_end, missing, hop_missing, gap_hop, own_price_hop,
    -- the hop at which the seller keeps the credit (of those with a price of their own only
    -- gap_share keeps any), and the part of the price that is left of it
    CASE WHEN credit_rate > 0 AND credit_rate < 1 AND credit_hop <= coalesce(own_price_hop, 9) THEN credit_hop END
        AS credit_hop,
    1 - credit_rate AS credit_left,
    -- the hops whose price the credit has made smaller: it ends where it is kept, or a price begins
    CASE WHEN credit_rate > 0 AND credit_rate < 1
        THEN least(coalesce(credit_hop, 99), coalesce(own_price_hop, 99)) - 1 END::INT AS credit_hops,
    CASE WHEN is_whole THEN 1 ELSE coalesce(days, 1) END AS days_billed,
    CASE
        WHEN is_whole THEN 1
        WHEN month_profile IS NOT NULL AND NOT yearly THEN month_days
        ELSE coalesce(cycle_days, 1)
    END AS days_cycle,
    coalesce(CASE WHEN NOT yearly THEN month_profile END, cycle_profile, 'exact') AS profile,
    (must_fit AND (yearly OR month_profile IS NULL) AND cycle_profile IS NULL)
        OR (own_price_hop IS NOT NULL AND is_credit AND NOT is_usage) AS is_not_reproduced
FROM tried
