-- The first 16 bytes of a SHA-1 in hex, as a UUID with version 5 and the RFC's variant.
CREATE OR REPLACE TEMP MACRO uuid5_of_sha1(h) AS
    ((left(h, 32)::UUID::UHUGEINT
        & '0xffffffffffff0fff3fffffffffffffff'::UHUGEINT)
        | '0x00000000000050008000000000000000'::UHUGEINT)::UUID
