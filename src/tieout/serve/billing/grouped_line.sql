-- Lines as `lines=grouped` prints them, with their sales where they are linked (billing-api.md 2.8):
-- corrections and usage of one vendor document, subscription and product as one line; nothing is
-- rounded again.
WITH folded AS (
    SELECT
        ordinal, subscription_id, line_kind, vendor_invoice_number, product_id, sku,
        any_value(is_purchase) AS is_purchase, any_value(hop) AS hop, any_value(run_id) AS run_id,
        min(customer_id) AS customer_id, any_value(account_no) AS account_no,
        any_value(subscription_no) AS subscription_no,
        'mg_' || left(sha256(string_agg(match_key, chr(31) ORDER BY match_key)), 30) AS match_key,
        min(description) AS description, min(consumer_name) AS consumer_name,
        min(consumer_number) AS consumer_number,
        CASE WHEN min(line_po_number) = max(line_po_number) AND count(line_po_number) = count(*)
            THEN min(line_po_number) END AS line_po_number,
        min(start_date) AS start_date, max(end_date) AS end_date,
        1::DECIMAL(38, 18) AS quantity, 1::DECIMAL(38, 18) AS duration, 'OneTime' AS duration_type,
        min(sign(amount)) * max(sign(amount)) >= 0 AS is_one_way,
        CASE WHEN is_one_way THEN sum(abs(amount) + discount) ELSE abs(sum(amount)) END
            ::DECIMAL(38, 18) AS unit_price,
        CASE WHEN is_one_way THEN sum(discount) ELSE 0 END::DECIMAL(38, 18) AS discount,
        sum(amount)::DECIMAL(38, 18) AS amount, sum(vat)::DECIMAL(38, 18) AS vat,
        min({'id': line_id, 'seq': line_seq}).seq AS line_seq, FALSE AS is_rounding,
        any_value(minor_digits) AS minor_digits,
        any_value(tax_zone) AS tax_zone, any_value(tax_rate) AS tax_rate,
        min(plan_rate_id) AS plan_rate_id, min(rate_period_id) AS rate_period_id,
        bool_or(is_rate_period_missing) AS is_rate_period_missing,
        count(*) AS source_line_count, min(line_id) AS line_id,
        CASE WHEN count(sale_amount) = 0 THEN NULL
            WHEN is_one_way THEN sum(abs(sale_amount) + sale_discount)
            ELSE abs(sum(sale_amount)) END::DECIMAL(38, 18) AS sale_unit_price,
        CASE WHEN is_one_way THEN sum(sale_discount)
            WHEN count(sale_amount) > 0 THEN 0 END::DECIMAL(38, 18) AS sale_discount,
        sum(sale_amount)::DECIMAL(38, 18) AS sale_amount,
        CASE WHEN min(sale_currency) = max(sale_currency) THEN min(sale_currency) END
            AS sale_currency,
        min(sale_digits) AS sale_digits,
        CASE WHEN min(sale_invoice_number) = max(sale_invoice_number) THEN min(sale_invoice_number)
        END AS sale_invoice_number,
        min(sale_line_id) AS sale_line_id, bool_or(is_matched) AS is_matched,
        CASE WHEN bool_and(is_matched) THEN 'matched' WHEN bool_or(is_matched) THEN 'partial'
            ELSE 'unmatched_purchase' END AS match_status,
        max(match_tier) AS match_tier, NULL::VARCHAR AS match_group_id,
        arg_min(match_reason, line_id) FILTER (WHERE NOT is_matched) AS match_reason,
        bool_or(is_sign_conflict) AS is_sign_conflict
    FROM detailed_line
    WHERE line_kind IN ('correction', 'usage')
    GROUP BY ordinal, subscription_id, line_kind, vendor_invoice_number, product_id, sku
    HAVING count(*) > 1
)
SELECT * EXCLUDE (is_one_way) FROM folded
UNION ALL BY NAME
SELECT l.*
FROM detailed_line AS l
ANTI JOIN folded AS f
    ON l.ordinal = f.ordinal
    AND l.subscription_id = f.subscription_id
    AND l.line_kind = f.line_kind
    AND l.vendor_invoice_number IS NOT DISTINCT FROM f.vendor_invoice_number
    AND l.product_id IS NOT DISTINCT FROM f.product_id
    AND l.sku = f.sku
