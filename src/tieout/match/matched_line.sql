-- Lines that found everything, in the order of the chain, with the key that all their hops share.
WITH signed AS (
    SELECT
        line.*,
        priced.* EXCLUDE (
            file_no, row_number, missing, hop_missing, gap_hop, own_price_hop, is_not_reproduced
        ),
        signed_key(concat_ws(
            chr(31), vendor, coalesce(invoice_number, ''), coalesce(vendor_invoice_row_id, row_hash),
            coalesce(line_seq, 1)
        )) AS match_key,
        placed.order_id AS commitment_order_id,
        ordered.chain_no AS own_chain_no, ordered.order_id AS own_order_id
    FROM priced_line AS priced
    JOIN vendor_line AS line USING (file_no, row_number)
    LEFT JOIN repeated_line AS repeated USING (file_no, row_number)
    LEFT JOIN parted_pair AS parted USING (file_no, row_number)
    LEFT JOIN commitment_order AS placed USING (file_no, row_number)
    LEFT JOIN ordered_line AS ordered USING (file_no, row_number)
    WHERE missing IS NULL AND hop_missing IS NULL AND NOT is_not_reproduced AND parted.reason IS NULL
)
SELECT
    pricing_id, hops, coalesce(own_chain_no, path_id) AS chain_no,
    CASE WHEN own_chain_no IS NULL THEN set_no ELSE (own_chain_no << 35) | (set_no & ((1::BIGINT << 35) - 1)) END
        AS set_no,
    file_no, row_number, vendor, match_key,
    our_subscription_id AS subscription_id, end_customer_id AS customer_id,
    invoice_number AS vendor_invoice_number, vendor_invoice_row_id, customer_domain, product_id,
    sku_id, coalesce(sku_name, product_name) AS description, meter_name,
    coalesce(own_order_id, commitment_order_id, order_id) AS order_id, order_date,
    charge_type, charge_kind, charge_type_id, is_usage, charge_start_date, charge_end_date,
    cycle_start, cycle_end, days_billed, days_cycle, profile, credit_hop, credit_left,
    credit_hops,
    coalesce(billable_quantity, quantity, 1::DECIMAL(38, 18)) AS quantity,
    CASE WHEN billable_quantity IS NOT NULL THEN billable_quantity_digits END AS quantity_digits,
    unit_price::DECIMAL(38, 18) AS unit_price, unit_price_digits,
    effective_unit_price::DECIMAL(38, 18) AS effective_unit_price, effective_unit_price_digits,
    subtotal AS total_price, subtotal_digits AS total_price_digits,
    CASE
        WHEN effective_unit_price < 0 THEN -1
        WHEN effective_unit_price > 0 THEN 1
        WHEN effective_unit_price = 0 AND unit_price <> 0 THEN 0
        WHEN subtotal < 0 THEN -1
        ELSE 1
    END AS sign
FROM signed
ORDER BY path_id, subscription_id, file_no, row_number
