-- Text as the content of an XML element: what XML 1.0 cannot hold becomes U+FFFD.
CREATE OR REPLACE TEMP MACRO xml_text(value) AS regexp_replace(
    replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), chr(13), '&#13;'),
    '[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]', chr(65533), 'g'
)
