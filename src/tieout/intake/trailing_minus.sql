-- A number whose sign stands behind it, with the sign in front; unreadable where one stood there.
CREATE OR REPLACE TEMP MACRO trailing_minus(cell) AS
    CASE
        WHEN regexp_matches(cell, '^[+-]') THEN '?'
        WHEN cell LIKE '%-' THEN '-' || left(cell, -1)
        WHEN cell LIKE '%+' THEN left(cell, -1)
        ELSE cell
    END
