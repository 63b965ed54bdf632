-- An id with its leading zeros: so many characters or more.
CREATE OR REPLACE TEMP MACRO padded(id, width) AS
    CASE WHEN length(id) < width THEN lpad(id, width, '0') ELSE id END
