-- Every line of every document as it is priced: magnitudes, the amount rounded once with its sign,
-- the discount as an amount (billing-api.md 3.2). One row per charge and document; no purchase of
-- the seller is read. Whole documents, whatever was asked for: the number of a line, and what repeats
-- come to, do not depend on the question.
WITH taken AS (
    SELECT
        doc.ordinal, doc.is_purchase, doc.hop, doc.grain, doc.run_id,
        c.charge_no, c.customer_id, c.subscription_id, d.line_uid,
        -- in one document a line may be taken back and billed anew
        CASE WHEN c.part IS NULL THEN c.match_key
            ELSE 'mc_' || left(sha256(concat_ws(chr(31), c.match_key, c.part)), 30) END AS match_key,
        c.vendor_invoice_number, c.vendor_invoice_row_id, c.product_id, c.sku_id,
        coalesce(c.description, '') AS description, c.order_id, c.charge_kind,
        CASE
            WHEN c.credits_row_id IS NOT NULL AND d.total_price < 0 THEN 'credit'
            WHEN c.charge_kind IN ('setup', 'fee', 'refund') THEN c.charge_kind
            WHEN c.charge_type_id = 4 THEN 'usage'
            WHEN c.charge_type_id = 5 THEN 'one_time'
            WHEN c.charge_type_id = 7 THEN 'fee'
            WHEN c.charge_kind = 'credit' THEN 'credit'
            WHEN c.charge_type_id = 3 THEN 'correction'
            ELSE 'recurring'
        END AS line_kind,
        coalesce(c.charge_start_date, c.charge_end_date, (doc.period || '-01')::DATE) AS start_date,
        coalesce(c.charge_end_date, c.charge_start_date, last_day((doc.period || '-01')::DATE))
            AS end_date,
        -- only a total known, or nothing to divide by: one unit
        c.quantity = 0 OR abs(c.quantity) >= 100000000
            OR (d.effective_unit_price IS NULL AND d.unit_price IS NULL) AS is_one_unit,
        abs(c.quantity) AS quantity,
        -- the vendor's rule went by the full price of a cycle: its part of the cycle is printed
        d.effective_unit_price IS NULL AND d.unit_price IS NOT NULL
            AND c.charge_start_date >= c.cycle_start AND c.charge_end_date <= c.cycle_end
            AND c.cycle_end - c.cycle_start < 366 AS is_by_cycle,
        (c.charge_end_date - c.charge_start_date + 1)::HUGEINT AS days,
        (c.cycle_end - c.cycle_start + 1)::HUGEINT AS cycle_days,
        abs(coalesce(d.effective_unit_price, d.unit_price)) AS stated_price,
        minor_amount(d.total_price, doc.grain) AS amount,
        d.total_price AS exact_amount,
        CASE WHEN d.discount_total > 0
            THEN minor_amount(abs(d.total_price) + d.discount_total, doc.grain)
        END AS gross,
        (
            (NOT getvariable('by_wanted_customer')
                OR c.customer_id IN (SELECT id FROM wanted_customer))
            AND (NOT getvariable('by_wanted_subscription')
                OR c.subscription_id IN (SELECT id FROM wanted_subscription))
        ) IS TRUE AS is_wanted
    FROM document AS doc
    INNER JOIN detail_line AS d
        ON doc.run_id = d.run_id
        AND doc.hop = d.hop
        AND doc.seller_id = d.seller_id
        AND doc.buyer_id = d.buyer_id
        AND doc.vendor_id = d.vendor
        AND doc.currency = d.currency
        AND doc.order_id IS NOT DISTINCT FROM d.invoice_order_id
    INNER JOIN charge AS c ON d.run_id = c.run_id AND d.charge_no = c.charge_no
),
measured AS (
    SELECT
        * EXCLUDE (quantity, gross, days, cycle_days),
        CASE WHEN is_one_unit THEN 10000000000::HUGEINT
            ELSE greatest(rounded_to_ten(quantity), 1) END AS quantity_units,
        CASE WHEN is_by_cycle AND NOT is_one_unit THEN days ELSE 1::HUGEINT END AS duration_up,
        CASE WHEN is_by_cycle AND NOT is_one_unit THEN cycle_days ELSE 1::HUGEINT END
            AS duration_down,
        coalesce(gross, abs(amount)) AS gross,
        units(coalesce(gross, abs(amount))) AS gross_units,
        CASE WHEN stated_price < 1000000000 THEN rounded_to_ten(stated_price) END AS stated_units
    FROM taken
),
checked AS (
    SELECT
        *,
        CASE
            WHEN duration_up = duration_down THEN quantity_units * stated_units
            WHEN quantity_units % 1000000 = 0
                THEN quantity_units // 1000000 * stated_units * duration_up
        END AS product,
        CASE WHEN duration_up = duration_down THEN grain::HUGEINT * 100
            ELSE grain // 10000 * duration_down END AS divisor
    FROM measured
)
SELECT
    * EXCLUDE (
        is_one_unit, is_by_cycle, stated_price, stated_units, product, divisor, gross_units,
        quantity_units, charge_kind
    ),
    amount(quantity_units * 100000000) AS quantity,
    amount(
        (2 * duration_up * 10000000000 + duration_down) // (2 * duration_down) * 100000000
    ) AS duration,
    amount(100000000 * CASE
        WHEN (2 * product + divisor) // (2 * divisor) * grain = gross_units THEN stated_units
        ELSE (
            2 * (gross_units // grain) * (grain // 100000000) * 10000000000 * duration_down
            + quantity_units * duration_up
        ) // (2 * quantity_units * duration_up)
    END) AS unit_price,
    gross - abs(amount) AS discount,
    CASE
        WHEN charge_kind IN (
            'plan_setup', 'plan_subscription', 'plan_renewal', 'plan_transfer', 'plan_cancellation',
            'rate_setup', 'rate_recurring', 'rate_overuse', 'rate_cancellation'
        ) THEN charge_kind
        WHEN line_kind = 'fee' OR charge_kind IN ('other', 'none') THEN NULL
        WHEN line_kind = 'usage' THEN 'rate_overuse'
        WHEN line_kind = 'setup' THEN 'rate_setup'
        ELSE 'rate_recurring'
    END AS charge_slot
FROM checked
