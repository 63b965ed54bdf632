-- Text as the content of an XML element, but for signs that no XML holds: see xml_clean.
CREATE OR REPLACE TEMP MACRO xml_text(value) AS
    replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')
