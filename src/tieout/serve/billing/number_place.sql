-- What document numbers are compared by before their text: integers by value, in front of the others.
CREATE OR REPLACE TEMP MACRO number_place(value) AS CASE
    WHEN regexp_full_match(value, '[0-9]{1,64}') THEN concat('0', lpad(value, 64, '0'))
    ELSE '1'
END
