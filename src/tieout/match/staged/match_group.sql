-- The id of each group: a hash of its members' keys, sorted. A line without a key of its own is
-- known by its side, document, id and number.
WITH member AS (
    SELECT
        tied.match_no,
        CASE
            WHEN line.match_key IS NULL OR reused.match_key IS NOT NULL
                THEN concat_ws(chr(31), line.side, line.invoice_id, line.line_id, line.line_seq)
            ELSE line.match_key
        END AS member_key
    FROM tied_line AS tied
    INNER JOIN staged_line AS line USING (line_no)
    LEFT JOIN reused_key AS reused
        ON line.side = reused.side AND line.match_key = reused.match_key
    WHERE tied.status = 'group'
)
SELECT
    match_no,
    'mg_' || base32_of_120(sha256(string_agg(member_key, chr(31) ORDER BY member_key)))
        AS match_group_id
FROM member
GROUP BY match_no
