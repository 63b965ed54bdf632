-- The id of what reference data gives none: a UUID of version 5 of what it is known by.
CREATE OR REPLACE TEMP MACRO named_id(name) AS
    uuid5(unhex('fffd41aef3f64c1298cddc2ee6a6185a'), name)::VARCHAR
