-- Charges with the number of their chain of hops and of their set: the lines of one chain, one
-- subscription and one charge class. Both numbers hold within the run.
SELECT
    matched.rowid + 1 AS charge_no, subscription_id, customer_id, file_id, row_number, match_key,
    vendor_invoice_number, vendor_invoice_row_id, customer_domain, product_id, sku_id, description,
    meter_name, order_id, order_date, charge_type, charge_kind, charge_type_id, is_usage,
    charge_start_date, charge_end_date, cycle_start, cycle_end, quantity, quantity_digits,
    NULL::VARCHAR AS origin, NULL::VARCHAR AS part, NULL::VARCHAR AS credits_row_id,
    chain_no, set_no
FROM matched_line AS matched
JOIN taken_file USING (file_no)
