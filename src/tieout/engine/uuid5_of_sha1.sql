-- The first 16 bytes of a SHA-1 in hex, as a UUID with version 5 and the RFC's variant.
CREATE OR REPLACE TEMP MACRO uuid5_of_sha1(h) AS
    concat(
        substr(h, 1, 8), '-', substr(h, 9, 4), '-5', substr(h, 14, 3), '-',
        substr('89ab89ab89ab89ab', strpos('0123456789abcdef', substr(h, 17, 1)), 1),
        substr(h, 18, 3), '-', substr(h, 21, 12)
    )
