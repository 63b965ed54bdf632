-- One row per invoice: sums of its consolidated lines, parties and terms as they are known now.
WITH summed AS (
    SELECT
        line.invoice_id, line.hop, line.seller_id, line.buyer_id, line.vendor AS vendor_id, line.currency,
        min(line.contract_id) AS contract_id, min(line.invoice_order_id) AS order_id,
        sum(line.total_price) AS total_amount,
        sum(line.detail_total) AS detail_total,
        sum(line.rounding_residual) AS rounding_residual,
        count(*) AS row_count,
        sum(line.source_line_count)::BIGINT AS detail_count,
        min(line.cost_currency) AS cost_currency_min, max(line.cost_currency) AS cost_currency_max,
        count(line.cost_total_price) AS cost_count,
        -- late lines of other months change nothing in whose document it is (decision 0042)
        CASE WHEN line.hop = 1
            AND count(*) FILTER (WHERE line.part IS NULL AND line.vendor_invoice_number IS NULL) = 0
            AND min(line.vendor_invoice_number) FILTER (WHERE line.part IS NULL)
                = max(line.vendor_invoice_number) FILTER (WHERE line.part IS NULL)
            THEN min(line.vendor_invoice_number) FILTER (WHERE line.part IS NULL) END AS vendor_invoice,
        line.hop = 1 AND count(*) FILTER (WHERE line.part IS NULL AND line.vendor_invoice_number IS NULL) > 0
            AS is_mixed,
        sum(line.cost_total_price) AS cost_amount,
        CASE WHEN bool_and(line.margin_amount IS NOT NULL) THEN sum(line.margin_amount) END AS margin_amount
    FROM invoice_line AS line
    GROUP BY line.invoice_id, line.hop, line.seller_id, line.buyer_id, line.vendor, line.currency
),
held AS (
    SELECT * FROM contracts
    WHERE valid_from::DATE <= getvariable('next_month')::DATE
    QUALIFY row_number() OVER (PARTITION BY contract_id ORDER BY valid_from DESC) = 1
),
placed AS (
    SELECT contract_id, coalesce(vendor_order_id, order_id) AS order_id, min(order_number) AS order_number
    FROM orders
    GROUP BY ALL
)
SELECT
    summed.invoice_id, summed.hop, summed.seller_id, seller.name AS seller_name,
    summed.buyer_id, buyer.name AS buyer_name, summed.contract_id,
    held.type_name AS contract_type_name, summed.vendor_id, vendor.name AS vendor_name,
    summed.currency, minor.digits AS minor_digits,
    (getvariable('next_month')::DATE + coalesce(held.billing_day::INT, 1) - 1)::DATE::VARCHAR AS invoice_date,
    (getvariable('next_month')::DATE + coalesce(held.billing_day::INT, 1) - 1
        + held.payment_terms_days::INT)::DATE::VARCHAR AS due_date,
    -- an order's own invoice starts verified at least (reporting-api.md 6.6)
    CASE
        WHEN summed.order_id IS NOT NULL AND lower(held.start_status) IS DISTINCT FROM 'issued' THEN 'verified'
        ELSE coalesce(lower(held.start_status), CASE WHEN summed.hop = 1 THEN 'verified' ELSE 'new' END)
    END AS start_status,
    summed.order_id, placed.order_number,
    shortest(summed.total_amount) AS total_amount,
    shortest(summed.detail_total) AS detail_total,
    shortest(summed.rounding_residual) AS rounding_residual,
    summed.row_count, summed.detail_count,
    CASE WHEN cost_currency_min = cost_currency_max AND cost_count = row_count
        THEN shortest(summed.cost_amount) END AS cost_amount,
    CASE WHEN cost_currency_min = cost_currency_max AND cost_count = row_count
        THEN cost_currency_min END AS cost_currency,
    shortest(summed.margin_amount) AS margin_amount,
    digest.output_digest,
    -- the vendor's number is that of the only document which can hold lines of the vendor's invoice
    CASE WHEN count(*) OVER (PARTITION BY summed.seller_id, summed.vendor_invoice) = 1
        AND NOT bool_or(summed.is_mixed) OVER (PARTITION BY summed.seller_id)
        THEN summed.vendor_invoice END AS vendor_invoice_number,
    held.tax_zone, held.tax_rate, held.payment_terms_days::INT AS payment_terms_days
FROM summed
JOIN invoice_digest AS digest USING (invoice_id)
JOIN minor_grain AS minor ON minor.currency = summed.currency
JOIN held ON held.contract_id = summed.contract_id
JOIN organizations AS seller ON seller.organization_id = summed.seller_id
JOIN organizations AS buyer ON buyer.organization_id = summed.buyer_id
JOIN organizations AS vendor ON vendor.organization_id = summed.vendor_id
LEFT JOIN placed ON placed.contract_id = summed.contract_id AND placed.order_id = summed.order_id
ORDER BY summed.hop, summed.seller_id, summed.buyer_id, summed.currency, summed.order_id NULLS FIRST
