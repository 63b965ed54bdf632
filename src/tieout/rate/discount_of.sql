-- What a price in units is below its gross, of which `left` millionths are left; half away from zero.
CREATE OR REPLACE TEMP MACRO discount_of(price, left_over) AS amount(
    quotient_of(2 * abs(price) * (1000000 - left_over) + left_over, (2 * left_over)::HUGEINT)
)
