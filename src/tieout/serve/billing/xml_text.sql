-- Text as the content of an XML element: what XML 1.0 cannot hold becomes U+FFFD.
CREATE OR REPLACE TEMP MACRO xml_text(value) AS CASE
    WHEN regexp_matches(value, '[&<>\x00-\x08\x0B-\x1F\x{FFFE}\x{FFFF}]') THEN replace(replace(replace(replace(
        regexp_replace(value, '[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]', chr(65533), 'g'),
        '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), chr(13), '&#13;')
    ELSE value
END
