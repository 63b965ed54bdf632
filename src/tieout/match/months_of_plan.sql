-- The months between two charges of a billing plan; null for what is charged once a term.
CREATE OR REPLACE TEMP MACRO months_of_plan(plan) AS
    CASE
        WHEN lower(plan) IN ('monthly', 'p1m') THEN 1
        WHEN lower(plan) IN ('annual', 'yearly', 'p1y') THEN 12
        WHEN lower(plan) IN ('triennial', 'p3y') THEN 36
    END
