-- An amount rounded once to the `grain` (in units of 10^-18), half away from zero.
CREATE OR REPLACE TEMP MACRO minor_amount(value, grain) AS amount(
    ((2 * abs(units(value))) // grain // 2 + (2 * abs(units(value))) // grain % 2)
    * grain
    * CASE WHEN value < 0 THEN -1 ELSE 1 END
)
