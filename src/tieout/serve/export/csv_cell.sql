-- Text as a CSV cell (RFC 4180); an empty cell where there is none.
CREATE OR REPLACE TEMP MACRO csv_cell(value) AS CASE
    WHEN value IS NULL THEN ''
    WHEN regexp_matches(value, '[",\r\n]') THEN concat('"', replace(value, '"', '""'), '"')
    ELSE value
END
