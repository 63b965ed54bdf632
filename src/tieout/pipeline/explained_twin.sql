-- The other rows of the seat change that a row belongs to, in any file that its run used.
WITH candidate AS (
    SELECT other.*
    FROM vendor_line AS line
    JOIN run_line AS other
        ON other.vendor = line.vendor
        AND other.subscription_id = line.subscription_id
        AND other.charge_type = line.charge_type
        AND other.charge_start_date = line.charge_start_date
        AND other.charge_end_date IS NOT DISTINCT FROM line.charge_end_date
        AND other.invoice_number IS NOT DISTINCT FROM line.invoice_number
        AND other.reference_id IS NOT DISTINCT FROM line.reference_id
        AND (line.reference_id IS NOT NULL OR (other.product_id, other.sku_id) = (line.product_id, line.sku_id))
    WHERE line.row_number = getvariable('row_number')
        AND (other.file_id <> line.file_id OR other.row_number <> line.row_number)
        AND other.subscription_id = getvariable('subscription_id')
        AND changes_seats(other.charge_kind)
)
SELECT * FROM candidate
SEMI JOIN (
    SELECT file_id, row_number FROM charge WHERE run_id = getvariable('run_id')
    UNION ALL
    SELECT file_id, row_number FROM parked_line WHERE run_id = getvariable('run_id')
) AS used USING (file_id, row_number)
ORDER BY file_id <> getvariable('file_id'), file_id, row_number
