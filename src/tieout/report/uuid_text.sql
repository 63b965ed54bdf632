-- The UUID of version 5 (RFC 9562) whose SHA-1, as hex, is given.
CREATE OR REPLACE TEMP MACRO uuid_text(hash) AS
    substr(hash, 1, 8) || '-' || substr(hash, 9, 4) || '-5' || substr(hash, 14, 3) || '-'
    || substr('89ab89ab89ab89ab', strpos('0123456789abcdef', substr(hash, 17, 1)), 1)
    || substr(hash, 18, 3) || '-' || substr(hash, 21, 12)
