-- A cell without the white space around it (9, 10, 13, 32, no-break 160); null when nothing is left.
CREATE OR REPLACE TEMP MACRO cell(value) AS
    nullif(trim(value, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), '')
