-- The vendor's word for a term of so many months; null where it has none.
CREATE OR REPLACE TEMP MACRO term_of_months(months) AS
    CASE months WHEN 1 THEN 'P1M' WHEN 12 THEN 'P1Y' WHEN 36 THEN 'P3Y' WHEN 60 THEN 'P5Y' END
