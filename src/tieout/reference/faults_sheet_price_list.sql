-- Rows of price sheets that end before they begin, name an unknown vendor, or give one key two
-- prices from the same moment on.
WITH newest AS (
    SELECT
        *,
        max(moment) OVER same_day AS last_moment
    FROM listed_price_list
    WINDOW same_day AS (
        PARTITION BY
            vendor_id, product_id, sku_id, term, billing_plan, market, segment, meter_id,
            currency, tier_min, valid_from
    )
),

compared AS (
    SELECT
        *,
        first_value({'file': file, 'row': "row", 'unit_price': unit_price, 'erp_price': erp_price, 'tier_max': tier_max})
            OVER (
                PARTITION BY
                    vendor_id, product_id, sku_id, term, billing_plan, market, segment,
                    meter_id, currency, tier_min, valid_from
                ORDER BY place, "row"
            ) AS first
    FROM newest
    WHERE moment = last_moment
)

SELECT
    file, "row", 'valid_to' AS "column",
    quoted(valid_to) || ' is not after the start ' || quoted(valid_from) AS reason
FROM listed_price_list
WHERE valid_to <= valid_from
UNION ALL
SELECT
    file, NULL, NULL,
    'prices of ' || quoted(vendor_id) || ', which is no organization of role vendor; '
    || 'load it with organizations.csv first'
FROM listed_price_list
WHERE vendor_id NOT IN (SELECT organization_id FROM current_organizations WHERE role = 'vendor')
UNION ALL
SELECT
    file, "row", 'unit_price',
    'is another price from the same moment on than that of ' || first.file || ' row ' || first."row"
    || ' for ' || concat_ws(
        ', ', product_id, sku_id, term, billing_plan, market, segment, meter_id, currency,
        'tier ' || tier_min
    )
FROM compared
WHERE unit_price::DECIMAL(38, 24) <> first.unit_price::DECIMAL(38, 24)
    OR erp_price::DECIMAL(38, 24) IS DISTINCT FROM first.erp_price::DECIMAL(38, 24)
    OR tier_max::DECIMAL(38, 18) IS DISTINCT FROM first.tier_max::DECIMAL(38, 18)
