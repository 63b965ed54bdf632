-- An organization id made of a name: lower case, every run of spaces and other signs one dash, 64
-- characters at most; null where the name has no letter or digit.
CREATE OR REPLACE TEMP MACRO issuer_id(name) AS
    CASE
        WHEN regexp_matches(name, '[A-Za-z0-9]')
            THEN left(trim(regexp_replace(lower(name), '[^a-z0-9_.:]+', '-', 'g'), '-'), 64)
    END
