-- How a vendor invoice's new version differs from the one before, row by row, equal rows counted; and
-- what the difference comes to.
SELECT
    (SELECT count(*) FROM (SELECT row_hash FROM new_version EXCEPT ALL SELECT row_hash FROM old_version))::INT
        AS added,
    (SELECT count(*) FROM (SELECT row_hash FROM old_version EXCEPT ALL SELECT row_hash FROM new_version))::INT
        AS removed,
    (SELECT count(*) FROM (SELECT row_hash FROM new_version INTERSECT ALL SELECT row_hash FROM old_version))::INT
        AS unchanged,
    shortest(
        coalesce((SELECT sum(subtotal) FROM new_version), 0) - coalesce((SELECT sum(subtotal) FROM old_version), 0)
    ) AS difference
