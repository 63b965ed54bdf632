-- A guid that depends on its kind and number only.
CREATE OR REPLACE TEMP MACRO guid(kind, number) AS
    md5(kind || '-' || number)::UUID::VARCHAR
