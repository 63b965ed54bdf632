-- A cell without surrounding spaces and without one leading apostrophe.
CREATE OR REPLACE TEMP MACRO unguarded(cell) AS
    CASE WHEN trim(cell) LIKE '''%' THEN substr(trim(cell), 2) ELSE trim(cell) END
