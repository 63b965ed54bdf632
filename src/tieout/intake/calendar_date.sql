-- The calendar day (UTC) that a cell prints; null where it prints none. `slash_format` is the
-- order of day, month and year between slashes.
CREATE OR REPLACE TEMP MACRO calendar_date(cell, slash_format) AS
    CASE
        WHEN cell = '' THEN NULL
        WHEN regexp_full_match(
            cell,
            '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?)?Z?'
        ) THEN TRY_CAST(left(cell, 10) AS DATE)
        WHEN regexp_full_match(
            cell,
            '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?[+-][0-9]{2}:?[0-9]{2}'
        ) THEN (
            TRY_CAST(replace(left(cell, 16), 'T', ' ') || ':00' AS TIMESTAMP)
            - (regexp_extract(cell, '([+-])[0-9:]+$', 1) || '1')::INTEGER
            * to_minutes(
                60 * regexp_extract(cell, '[+-]([0-9]{2}):?[0-9]{2}$', 1)::INTEGER
                + regexp_extract(cell, '([0-9]{2})$', 1)::INTEGER
            )
        )::DATE
        WHEN regexp_full_match(
            cell, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( [0-9]{1,2}:[0-5][0-9](:[0-5][0-9])?( ?[AaPp][Mm])?)?'
        ) THEN try_strptime(split_part(cell, ' ', 1), slash_format)::DATE
    END
