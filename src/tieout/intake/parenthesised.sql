-- A number that is negative in parentheses, with its sign in front; unreadable where one stood there.
CREATE OR REPLACE TEMP MACRO parenthesised(cell) AS
    CASE
        WHEN regexp_matches(cell, '^[+-]') THEN '?'
        WHEN cell LIKE '(%)' THEN '-' || substr(cell, 2, length(cell) - 2)
        ELSE cell
    END
