-- The rate of the partner earned credit that a price adjustment text states: "15.0% ..." is 0.15.
CREATE OR REPLACE TEMP MACRO stated_credit_rate(description) AS
    nullif(
        regexp_extract(description, '(?i)([0-9]{1,2}(\.[0-9]{1,6})?) ?% *partner earned credit', 1), ''
    )::DECIMAL(8, 6) * 0.01::DECIMAL(2, 2)
