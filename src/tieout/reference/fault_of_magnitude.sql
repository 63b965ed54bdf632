-- Why a value is no figure from 0, or null.
CREATE OR REPLACE TEMP MACRO fault_of_magnitude(value) AS
    CASE
        WHEN fault_of_figure(value) IS NOT NULL THEN fault_of_figure(value)
        WHEN starts_with(value, '-') AND regexp_matches(value, '[1-9]')
            THEN quoted(value) || ' is below 0: what is given back has a negative amount'
    END
