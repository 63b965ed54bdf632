-- Sixty bits as twelve letters of base32 (RFC 4648, lower case).
CREATE OR REPLACE TEMP MACRO base32_of_60(bits) AS
    substr(getvariable('base32_pairs'), (2 * (bits >> 50) + 1)::BIGINT, 2)
    || substr(getvariable('base32_pairs'), (2 * ((bits >> 40) & 1023) + 1)::BIGINT, 2)
    || substr(getvariable('base32_pairs'), (2 * ((bits >> 30) & 1023) + 1)::BIGINT, 2)
    || substr(getvariable('base32_pairs'), (2 * ((bits >> 20) & 1023) + 1)::BIGINT, 2)
    || substr(getvariable('base32_pairs'), (2 * ((bits >> 10) & 1023) + 1)::BIGINT, 2)
    || substr(getvariable('base32_pairs'), (2 * (bits & 1023) + 1)::BIGINT, 2)
