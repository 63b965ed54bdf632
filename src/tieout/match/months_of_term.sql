-- The months of a term in the vendor's words; null for what has no months.
CREATE OR REPLACE TEMP MACRO months_of_term(term) AS
    CASE upper(term) WHEN 'P1M' THEN 1 WHEN 'P1Y' THEN 12 WHEN 'P3Y' THEN 36 WHEN 'P5Y' THEN 60 END
