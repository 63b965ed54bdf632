-- Groups with what is rounded: the total and the seller's purchase, as integers of 10^-18.
SELECT
    consolidated_group.*,
    units(detail_total) AS total_units,
    CASE WHEN cost_currency_min = cost_currency_max THEN units(cost_detail_total) END AS cost_units,
    coalesce(cost.grain::HUGEINT, 1) AS cost_grain,
    invoice_key.invoice_id,
    invoice_key.invoice_no
FROM consolidated_group
JOIN invoice_key USING (hop, seller_id, buyer_id, vendor, currency)
LEFT JOIN minor_grain AS cost ON cost.currency = cost_currency_min
