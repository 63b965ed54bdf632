-- Text with an apostrophe before what a spreadsheet would take for a formula.
CREATE OR REPLACE TEMP MACRO formula_guarded(value) AS
    CASE WHEN regexp_matches(value, '^[=+@\t\r-]') THEN concat('''', value) ELSE value END
