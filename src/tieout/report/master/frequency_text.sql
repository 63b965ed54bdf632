-- A billing frequency as ISO 8601 says it, another word as it stands.
CREATE OR REPLACE TEMP MACRO frequency_text(frequency) AS
    CASE
        WHEN lower(frequency) IN ('monthly', 'p1m') THEN 'P1M'
        WHEN lower(frequency) IN ('annual', 'yearly', 'p1y') THEN 'P1Y'
        WHEN lower(frequency) IN ('triennial', 'p3y') THEN 'P3Y'
        ELSE frequency
    END
