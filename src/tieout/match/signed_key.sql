-- The match key of a name: the first 120 bits of its HMAC-SHA-256, as `let_key` keyed it, in base 32.
CREATE OR REPLACE TEMP MACRO signed_key(name) AS
    'mk_' || base32_of_120(sha256(
        unhex(getvariable('outer_pad')) || unhex(sha256(unhex(getvariable('inner_pad')) || encode(name)))
    ))
