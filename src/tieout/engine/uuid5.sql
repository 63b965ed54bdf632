-- The UUID of version 5 (RFC 9562) for a name within a namespace, given as its 16 bytes.
CREATE OR REPLACE TEMP MACRO uuid5(namespace, name) AS uuid5_of_sha1(sha1(namespace || encode(name)))
