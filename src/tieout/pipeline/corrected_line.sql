-- What a manual line takes from the first line behind the row that it corrects.
SELECT
    charge.subscription_id, charge.customer_id, charge.vendor_invoice_number, charge.customer_domain,
    charge.product_id, charge.sku_id, charge.description, charge.order_id,
    charge.order_date::VARCHAR AS order_date,
    charge.charge_start_date::VARCHAR AS charge_start_date,
    charge.charge_end_date::VARCHAR AS charge_end_date,
    charge.cycle_start::VARCHAR AS cycle_start, charge.cycle_end::VARCHAR AS cycle_end
FROM source_line
JOIN charge USING (run_id, match_key)
ORDER BY charge.charge_no
LIMIT 1
