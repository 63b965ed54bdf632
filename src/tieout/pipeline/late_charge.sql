-- The charges of late lines. What takes back a line has a key of its own, made from that line's; so has
-- a line whose key names another one that is billed, as that of an older version of it.
SELECT
    late_no AS charge_no, charge.* EXCLUDE (run_id, charge_no) REPLACE (
        CASE
            WHEN is_taken_back
                OR (late_entry.run_id IS NULL AND match_key IN (SELECT match_key FROM billed_line))
                THEN signed_key(concat_ws(chr(31), match_key, entry_key))
            ELSE match_key
        END AS match_key,
        getvariable('late_part') AS part
    ),
    entry_key, replaces, rated_run_id, late_lines
FROM late_entry
JOIN (
    SELECT NULL::VARCHAR AS run_id, * FROM added_charge
    UNION ALL BY NAME
    SELECT * EXCLUDE (of_month) FROM ran_charge SEMI JOIN billed_line USING (run_id, charge_no)
) AS charge
    ON charge.charge_no = late_entry.charge_no AND charge.run_id IS NOT DISTINCT FROM late_entry.run_id
ORDER BY late_no
