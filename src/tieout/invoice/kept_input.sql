-- What is loaded by the digests of its content: vendor invoices and reference data; and each line that
-- verified invoices bill and the vendor tells no more.
SELECT head, rest FROM told_input
UNION ALL
SELECT 'goneLine|', concat_ws('|', vendor, invoice_number, row_hash)
FROM told_line
SEMI JOIN (
    SELECT billed_file_id AS file_id, billed_row_number AS row_number
    FROM told_again
    WHERE is_own AND file_id IS NULL
) AS gone USING (file_id, row_number)
