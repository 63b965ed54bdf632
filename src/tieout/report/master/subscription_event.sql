-- What happened to the viewer's subscriptions, as the vendor's lines behind visible invoices tell it.
-- A change of seats takes back the old number and charges the new one; without both, neither is known.
WITH told AS (
    SELECT
        d.match_key, d.subscription_id, d.order_id, d.charge_start_date, d.file_id, d.row_number,
        d.quantity, d.quantity_digits,
        coalesce(d.effective_unit_price, d.total_price) < 0 AS takes_back,
        CASE
            WHEN word IN ('new', 'purchase', 'purchasefee') THEN 1
            WHEN word IN ('addquantity', 'removequantity') THEN 2
            WHEN word = 'renew' THEN 3
            WHEN word IN ('cancelimmediate', 'cancelfee', 'cancelinstanceprorate') THEN 6
            WHEN word = 'convert' THEN 7
            WHEN word = 'customercredit' THEN 8
        END AS type_id,
        word
    FROM (SELECT *, lower(replace(charge_type, ' ', '')) AS word FROM seen_detail) AS d
    WHERE d.origin IS NULL AND d.credits_row_id IS NULL AND d.subscription_id IS NOT NULL AND NOT d.is_usage
    -- a line of a hop that is bought and of the one it is sold at is one line
    QUALIFY row_number() OVER (PARTITION BY d.match_key ORDER BY d.ordinal) = 1
),
placed AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY subscription_id, charge_start_date, word, takes_back ORDER BY file_id, row_number
        ) AS place
    FROM told
    WHERE type_id IS NOT NULL
),
paired AS (
    SELECT
        subscription_id, charge_start_date, type_id, word,
        CASE WHEN type_id IN (2, 7) THEN place::VARCHAR ELSE match_key END AS pair,
        min(match_key) AS match_key, min(order_id) AS order_id,
        count(*) FILTER (takes_back) > 0 AND count(*) FILTER (NOT takes_back) > 0 AS is_pair,
        any_value(quantity) FILTER (takes_back) AS old_quantity,
        any_value(quantity_digits) FILTER (takes_back) AS old_quantity_digits,
        any_value(quantity) FILTER (NOT takes_back) AS new_quantity,
        any_value(quantity_digits) FILTER (NOT takes_back) AS new_quantity_digits
    FROM placed
    GROUP BY ALL
)
SELECT
    named_id(concat_ws(chr(31), 'event', match_key)) AS event_id, subscription_id, type_id,
    ['Created', 'QuantityChanged', 'Renewed', 'Suspended', 'Resumed', 'Cancelled', 'Converted', 'CreditReceived'][type_id]
        AS type,
    charge_start_date AS event_date,
    CASE WHEN (type_id IN (2, 7) AND is_pair) OR type_id = 6 THEN old_quantity END AS old_quantity,
    old_quantity_digits,
    CASE WHEN (type_id IN (2, 7) AND is_pair) OR type_id IN (1, 3) THEN new_quantity END AS new_quantity,
    new_quantity_digits,
    NULL::VARCHAR AS vendor_event_id, order_id
FROM paired
