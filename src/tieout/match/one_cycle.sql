-- A row of such a seat change takes the pair's rule day, and its cycle where both have cycles alike.
UPDATE placed_line SET
    rule_date = pair.rule_date,
    cycle_start = CASE WHEN yearly = pair.yearly THEN pair.cycle_start ELSE cycle_start END,
    cycle_end = CASE WHEN yearly = pair.yearly THEN pair.cycle_end ELSE cycle_end END,
    first_cycle_end = CASE WHEN yearly = pair.yearly THEN pair.first_cycle_end ELSE first_cycle_end END
FROM pair_cycle
WHERE placed_line.file_no = pair_cycle.file_no AND placed_line.row_number = pair_cycle.row_number
