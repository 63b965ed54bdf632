-- A word spelled as in `words`, found without regard to case and spaces; other text as it is.
CREATE OR REPLACE TEMP MACRO spelled(value, words) AS
    coalesce(
        words[list_position(
            string_split(lower(array_to_string(words, ' ')), ' '), lower(replace(value, ' ', ''))
        )],
        value
    )
