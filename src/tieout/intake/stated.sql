-- What a cell says, without surrounding spaces; null where it is empty or the text NULL.
CREATE OR REPLACE TEMP MACRO stated(cell) AS
    CASE WHEN trim(cell) NOT IN ('', 'NULL', 'null') THEN trim(cell) END
