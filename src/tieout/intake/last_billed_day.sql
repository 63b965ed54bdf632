-- The last billed day, inclusive, of a period whose end is exclusive: the day before an end at
-- midnight, else the day it ends on; never before the start.
CREATE OR REPLACE TEMP MACRO last_billed_day(end_cell, charge_start, charge_end) AS
    CASE
        WHEN charge_end <= charge_start THEN charge_start
        WHEN is_midnight(end_cell) THEN charge_end - 1
        ELSE charge_end
    END
