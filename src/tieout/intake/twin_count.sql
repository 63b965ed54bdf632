-- How many rows of a file equal an earlier one.
SELECT count(*) - count(DISTINCT hash(row_hash)) AS twins FROM intake_line
