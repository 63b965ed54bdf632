-- The shortest plain text of a DECIMAL(38,18).
CREATE OR REPLACE TEMP MACRO shortest(amount) AS
    regexp_replace(CAST(CAST(amount AS DECIMAL(38, 18)) AS VARCHAR), '[.]?0*$', '')
