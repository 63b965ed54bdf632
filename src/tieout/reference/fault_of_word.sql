-- Why a value is none of `words`, or null.
CREATE OR REPLACE TEMP MACRO fault_of_word(value, words) AS
    CASE
        WHEN NOT list_contains(words, value)
            THEN quoted(value) || ' is not one of ' || array_to_string(words, ', ')
    END
