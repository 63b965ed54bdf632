-- The page's subscriptions with their tenants, and with what the viewer pays, in the currency shown, and
-- what it asks.
SELECT
    s.* REPLACE (tenant.tenant_id AS tenant_id),
    CASE WHEN s.bought_currency = s.currency THEN bought.unit_price END AS purchase_unit_price,
    sale.unit_price AS sales_unit_price
FROM page_row AS s
LEFT JOIN quoted_price AS bought
    ON bought.asked_id = s.subscription_id AND bought.contract_id = s.bought_contract_id
LEFT JOIN quoted_price AS sale
    ON sale.asked_id = s.subscription_id AND sale.contract_id = s.sale_contract_id
LEFT JOIN told_tenant AS tenant ON tenant.asked_id = s.subscription_id
