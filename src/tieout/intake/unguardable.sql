-- A cell without surrounding spaces, of a style that has no guard: unreadable where it starts with one.
CREATE OR REPLACE TEMP MACRO unguardable(cell) AS
    CASE WHEN trim(cell) LIKE '''%' THEN '?' ELSE trim(cell) END
