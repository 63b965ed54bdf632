-- The other rows of the seat change that a row of this file belongs to, in file order.
SELECT other.*
FROM vendor_line AS line
JOIN vendor_line AS other
    ON other.subscription_id = line.subscription_id
    AND other.charge_type = line.charge_type
    AND other.charge_start_date = line.charge_start_date
    AND other.charge_end_date IS NOT DISTINCT FROM line.charge_end_date
    AND other.invoice_number IS NOT DISTINCT FROM line.invoice_number
    AND other.reference_id IS NOT DISTINCT FROM line.reference_id
    AND (line.reference_id IS NOT NULL OR (other.product_id, other.sku_id) = (line.product_id, line.sku_id))
WHERE line.row_number = getvariable('row_number')
    AND other.row_number <> line.row_number
    AND line.charge_kind IN ('add_quantity', 'remove_quantity', 'convert', 'plan_change')
ORDER BY other.row_number
