-- The last unit of a price tier as exact text; null where 9223372036854780000 or so says no end.
CREATE OR REPLACE TEMP MACRO upper_tier(cell) AS
    CASE
        WHEN length(number_whole(cell)) > 19
            OR (length(number_whole(cell)) = 19 AND number_whole(cell) >= '92') THEN NULL
        ELSE exact_number(cell)
    END
