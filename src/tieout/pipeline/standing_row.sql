-- The consolidated lines of a document and of all that corrects it, each with what still stands of it:
-- its total and those of the lines that took it back, or took that back.
WITH RECURSIVE effect AS (
    SELECT row_id AS root_id, row_id, total_price FROM family_line
    UNION ALL
    SELECT effect.root_id, line.row_id, line.total_price
    FROM effect
    JOIN family_line AS line ON line.credits_row_id = effect.row_id
),
standing AS (
    SELECT root_id AS row_id, sum(total_price)::DECIMAL(38, 18) AS left_over
    FROM effect
    GROUP BY root_id
)
SELECT family_line.*, standing.left_over
FROM family_line
JOIN standing USING (row_id)
