-- Sixty bits as twelve letters of base32 (RFC 4648, lower case).
CREATE OR REPLACE TEMP MACRO base32_of_60(bits) AS
    concat(
        substr(getvariable('base32_triples'), (3 * (bits >> 45) + 1)::BIGINT, 3),
        substr(getvariable('base32_triples'), (3 * ((bits >> 30) & 32767) + 1)::BIGINT, 3),
        substr(getvariable('base32_triples'), (3 * ((bits >> 15) & 32767) + 1)::BIGINT, 3),
        substr(getvariable('base32_triples'), (3 * (bits & 32767) + 1)::BIGINT, 3)
    )
