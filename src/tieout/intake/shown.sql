-- A cell in which each byte that was not UTF-8 reads \xNN.
CREATE OR REPLACE TEMP MACRO shown(cell) AS
    CASE
        WHEN regexp_matches(cell, '[\x{10FE80}-\x{10FEFF}]')
            THEN array_to_string(
                list_transform(
                    string_split(cell, ''),
                    lambda sign: CASE
                        WHEN unicode(sign) BETWEEN 1113728 AND 1113855 THEN '\x' || lower(hex(unicode(sign) - 1113600))
                        ELSE sign
                    END
                ),
                ''
            )
        ELSE cell
    END
