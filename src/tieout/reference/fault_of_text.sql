-- Why a value is no text that can be stored, or null.
CREATE OR REPLACE TEMP MACRO fault_of_text(value) AS
    CASE WHEN contains(value, chr(0)) THEN 'has a NUL character' END
