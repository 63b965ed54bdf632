-- Whether the moment that a date cell prints is midnight (UTC), as it is where no time is printed.
CREATE OR REPLACE TEMP MACRO is_midnight(cell) AS
    CASE
        WHEN NOT regexp_matches(cell, '[T ]') THEN TRUE
        WHEN cell LIKE '%/%'
            THEN regexp_matches(cell, ' (0?0:00(:00)?( ?AM)?|12:00(:00)? ?AM)$', 'i')
        WHEN regexp_matches(cell, '[+-][0-9]{2}:?[0-9]{2}$')
            THEN regexp_matches(cell, '[T ][0-9]{2}:[0-9]{2}(:00([.]0+)?)?[+-]')
                AND (
                    60 * regexp_extract(cell, '[T ]([0-9]{2})', 1)::INTEGER
                    + regexp_extract(cell, '[T ][0-9]{2}:([0-9]{2})', 1)::INTEGER
                    - (regexp_extract(cell, '([+-])[0-9:]+$', 1) || '1')::INTEGER
                    * (
                        60 * regexp_extract(cell, '[+-]([0-9]{2}):?[0-9]{2}$', 1)::INTEGER
                        + regexp_extract(cell, '([0-9]{2})$', 1)::INTEGER
                    )
                ) % 1440 = 0
        ELSE regexp_matches(cell, '[T ]00:00(:00([.]0+)?)?Z?$')
    END
