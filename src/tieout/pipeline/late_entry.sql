-- All that is late of the month, numbered: lines added, what takes back those that are gone, and late
-- lines that verified invoices of other months bill already.
WITH settled AS (
    SELECT
        split_part(substr(entry_key, 2), '/', 1) AS row_hash,
        max(split_part(entry_key, '/', 2)::BIGINT) AS times
    FROM billed_line
    WHERE starts_with(entry_key, '+')
    GROUP BY ALL
),
gone AS (
    SELECT
        *,
        left(file_id, 16) || '-' || row_number AS name,
        row_number() OVER (PARTITION BY vendor, invoice_number, told_as ORDER BY file_id, row_number) AS place
    FROM gone_line
),
-- the contract of the first closed hop that a line was billed at says what to do with it now
billed_under AS (
    SELECT run_id, charge_no, arg_min(contract_id, hop) AS contract_id
    FROM (SELECT *, coalesce(invoice_order_id, '') AS order_said FROM ran_detail_line)
    SEMI JOIN verified_invoice USING (run_id, hop, seller_id, buyer_id, vendor, currency, order_said)
    SEMI JOIN gone_line USING (run_id, charge_no)
    GROUP BY run_id, charge_no
),
added AS (
    SELECT
        charge_no, late.late_lines, line.vendor, line.invoice_number, line.row_hash,
        coalesce(
            line.vendor_invoice_row_id,
            concat_ws(
                chr(31), line.subscription_id, line.product_id, line.sku_id, line.charge_type,
                line.charge_start_date, line.charge_end_date
            )
        ) AS told_as,
        row_number() OVER (PARTITION BY line.row_hash ORDER BY file_id, added_charge.row_number) AS time,
        row_number() OVER (
            PARTITION BY line.vendor, line.invoice_number, told_as ORDER BY file_id, added_charge.row_number
        ) AS place
    FROM added_charge
    JOIN vendor_line AS line USING (file_id, row_number)
    JOIN late_match AS late ON late.file_no = line.file_no AND late.row_number = line.row_number
),
entry AS (
    SELECT
        NULL::VARCHAR AS run_id, added.charge_no, FALSE AS is_taken_back,
        '+' || added.row_hash || '/' || (coalesce(settled.times, 0) + added.time) AS entry_key,
        gone.name AS replaces, NULL::VARCHAR AS rated_run_id, added.late_lines
    FROM added
    LEFT JOIN settled USING (row_hash)
    LEFT JOIN gone
        ON gone.vendor = added.vendor AND gone.told_as = added.told_as AND gone.place = added.place
        AND gone.invoice_number IS NOT DISTINCT FROM added.invoice_number
    UNION ALL
    SELECT run_id, charge_no, TRUE, '-' || line_key, name, rated_run_id, coalesce(late_lines, 'next_invoice')
    FROM gone
    JOIN billed_under USING (run_id, charge_no)
    LEFT JOIN late_setting USING (contract_id)
    UNION ALL
    SELECT run_id, charge_no, FALSE, entry_key, replaces, rated_run_id, 'next_invoice'
    FROM billed_line
    WHERE NOT is_own
)
SELECT row_number() OVER (ORDER BY entry_key) AS late_no, * FROM entry
