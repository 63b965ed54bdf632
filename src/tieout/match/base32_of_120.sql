-- Lower-case base32 without padding (RFC 4648) of the first 15 bytes of a hex text.
CREATE OR REPLACE TEMP MACRO base32_of_120(hex) AS
    base32_of_60(('0x' || substr(hex, 1, 15))::BIGINT)
    || base32_of_60(('0x' || substr(hex, 16, 15))::BIGINT)
