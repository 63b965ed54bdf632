-- Purchase lines whose sale has the other sign.
SELECT ordinal, 'sign_conflict' AS code, line_id, 'purchase and sale have opposite signs' AS text
FROM base_line
WHERE is_sign_conflict
