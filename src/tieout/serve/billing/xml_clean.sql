-- Elements with what XML 1.0 cannot hold as U+FFFD, and a carriage return that survives reading.
CREATE OR REPLACE TEMP MACRO xml_clean(elements) AS regexp_replace(
    replace(elements, chr(13), '&#13;'),
    '[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]', chr(65533), 'g'
)
