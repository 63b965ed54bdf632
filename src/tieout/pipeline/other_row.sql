-- How many rows of a file its likely twin lacks, equal rows counted one by one.
SELECT count(*) AS count
FROM (SELECT row_hash FROM own_line EXCEPT ALL SELECT row_hash FROM twin_line)
