-- A cell that fits only the decimal comma, one that fits only the point, one with grouped thousands.
SELECT
    min(cell) FILTER (WHERE is_number(comma) AND NOT is_number(point)) AS comma,
    min(cell) FILTER (WHERE is_number(point) AND NOT is_number(comma)) AS point,
    min(cell) FILTER (WHERE is_number(point) AND NOT is_number(unguarded(cell))) AS grouped
FROM (SELECT cell, comma_number(cell) AS comma, grouped_number(cell) AS point FROM intake_number) AS number
