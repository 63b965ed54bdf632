-- The first day after a row's validity, as text that sorts; an open end sorts after every day.
CREATE OR REPLACE TEMP MACRO open_end(valid_to) AS coalesce(valid_to, '9999-12-32')
