-- Reference ids that look like JSON and are not.
SELECT count(*) AS broken
FROM intake_reference
WHERE cell LIKE '{%' AND NOT json_valid(cell)
