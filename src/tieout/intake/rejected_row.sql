-- Every rejected row with its cells and the sentence that says why, in row order.
WITH
fault AS (
    SELECT
        *,
        split_part(verdict, ':', 1) AS code,
        split_part(verdict, ':', 2)::INTEGER AS position,
        split_part(verdict, ':', 3) AS contradicted
    FROM intake_checked
    WHERE verdict IS NOT NULL
),
broken AS (
    SELECT
        fault.*,
        intake_header.name AS "column",
        code <> 'mixed_currency' AND intake_header.ours IN ('subtotal', 'billing_currency') AS amount_broken
    FROM fault
    JOIN intake_header USING (position)
),
rejected AS (
    SELECT
        row_number,
        line,
        "column",
        code,
        CASE code
            WHEN 'undecodable_text' THEN '''' || shown(cells[position + 1]) || ''' is not UTF-8 text'
            WHEN 'missing_required' THEN 'the cell is empty'
            WHEN 'bad_number'
                THEN '''' || cells[position + 1] || ''' '
                    || CASE
                        WHEN contradicted = '' THEN 'is not a number'
                        ELSE 'bears the sign of another currency than ' || contradicted
                    END
            WHEN 'amount_overflow' THEN '''' || cells[position + 1] || ''' has more digits than fit'
            WHEN 'bad_date' THEN '''' || cells[position + 1] || ''' is not a date'
            WHEN 'bad_currency' THEN '''' || cells[position + 1] || ''' is not a currency of ISO 4217'
            WHEN 'date_order'
                THEN 'the charge ends on ' || charge_end_date || ', before it starts on ' || charge_start_date
            WHEN 'mixed_currency'
                THEN 'invoice ' || broken.invoice_number || ' has several currencies: '
                    || (SELECT currencies FROM intake_mixed AS m WHERE m.invoice_number = broken.invoice_number)
        END AS reason,
        list_transform(cells, lambda cell: shown(cell)) AS cells,
        invoice_number,
        CASE WHEN NOT amount_broken AND subtotal IS NOT NULL THEN billing_currency END AS currency,
        CASE WHEN NOT amount_broken AND billing_currency IS NOT NULL THEN subtotal END AS subtotal
    FROM broken
    UNION ALL
    SELECT
        row_number,
        line,
        NULL,
        code,
        coalesce(
            reason,
            'the row has ' || len(cells) || ' cells, the header ' || (SELECT count(*) FROM intake_header)
        ),
        list_transform(cells, lambda cell: shown(cell)),
        NULL,
        NULL,
        NULL
    FROM intake_misshapen
)
SELECT
    getvariable('file_id')::VARCHAR AS file_id,
    row_number,
    line,
    "column",
    code,
    reason,
    cells,
    invoice_number,
    currency,
    subtotal
FROM rejected
ORDER BY row_number
