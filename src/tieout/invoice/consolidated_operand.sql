-- Groups with what is rounded: the total and the seller's purchase, as integers of 10^-18; and with
-- their place on the invoice.
WITH opening AS (
    SELECT invoice_no, min(rowid) AS first_row FROM consolidated_group GROUP BY invoice_no
)
SELECT
    consolidated_group.*,
    units(detail_total) AS total_units,
    CASE WHEN cost_currency_min = cost_currency_max THEN units(cost_detail_total) END AS cost_units,
    minor.grain::HUGEINT AS minor_grain,
    coalesce(cost.grain::HUGEINT, 1) AS cost_grain,
    key.* EXCLUDE (invoice_no),
    consolidated_group.rowid - opening.first_row + 1 AS line_no
FROM consolidated_group
JOIN invoice_key AS key USING (invoice_no)
JOIN opening USING (invoice_no)
JOIN minor_grain AS minor USING (currency)
LEFT JOIN minor_grain AS cost ON cost.currency = cost_currency_min
