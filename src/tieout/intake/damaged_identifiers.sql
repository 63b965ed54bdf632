-- Identifiers that a spreadsheet turned into a power of ten.
SELECT count(*) AS damaged
FROM intake_identifier
WHERE cell LIKE '%E+%' AND regexp_full_match(cell, '[0-9]([.][0-9]+)?E[+][0-9]+')
