-- A value as a sentence about it quotes it; long ones are cut.
CREATE OR REPLACE TEMP MACRO quoted(value) AS
    CASE WHEN length(value) > 100 THEN '''' || left(value, 100) || '…''' ELSE '''' || value || '''' END
