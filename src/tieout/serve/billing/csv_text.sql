-- Text as a CSV cell (RFC 4180); what a spreadsheet would take for a formula gets an apostrophe.
CREATE OR REPLACE TEMP MACRO csv_text(value) AS CASE
    WHEN value IS NULL OR value = '' THEN ''
    WHEN regexp_matches(value, '^[=+@-]') AND regexp_matches(value, '[",\r\n]')
        THEN concat('"''', replace(value, '"', '""'), '"')
    WHEN regexp_matches(value, '[",\r\n]') THEN concat('"', replace(value, '"', '""'), '"')
    WHEN regexp_matches(value, '^[=+@-]') THEN concat('''', value)
    ELSE value
END
