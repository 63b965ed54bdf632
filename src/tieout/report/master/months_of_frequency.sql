-- The months of a billing frequency or a term; null for what is charged once.
CREATE OR REPLACE TEMP MACRO months_of_frequency(frequency) AS
    CASE
        WHEN lower(frequency) IN ('monthly', 'p1m') THEN 1
        WHEN lower(frequency) IN ('annual', 'yearly', 'p1y') THEN 12
        WHEN lower(frequency) IN ('triennial', 'p3y') THEN 36
        WHEN lower(frequency) = 'p5y' THEN 60
    END
