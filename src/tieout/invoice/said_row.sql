-- What `said_line` gives where the vendor names no line: each line's id is our row's, and only ids and
-- what lies in a few bytes is sorted.
WITH sorted AS (
    SELECT
        invoice_no,
        uuid5_of_sha1(sha1(invoice_bytes || encode(concat_ws(chr(31), 'detail', match_key, part)))) AS row_id,
        charge_type, charge_start_date, charge_end_date, quantity, effective_unit_price, total_price, currency
    FROM invoiced_line
    ORDER BY invoice_no, row_id
)
SELECT * EXCLUDE (row_id), row_id::VARCHAR AS line_id FROM sorted
