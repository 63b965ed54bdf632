-- A charge class spelled as in `classes`, found without regard to case and spaces.
CREATE OR REPLACE TEMP MACRO charge_class(value, classes) AS
    coalesce(
        classes[list_position(
            string_split(lower(array_to_string(classes, ' ')), ' '), lower(replace(value, ' ', ''))
        )],
        value
    )
