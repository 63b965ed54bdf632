-- The moment (UTC) that a date cell prints, in microseconds since 1970, to tell which is newer.
CREATE OR REPLACE TEMP MACRO moment(cell, slash_format) AS
    coalesce(
        epoch_us(TRY_CAST(cell AS TIMESTAMPTZ)),
        epoch_us(
            try_strptime(
                cell,
                [
                    slash_format || ' %I:%M:%S %p', slash_format || ' %I:%M %p',
                    slash_format || ' %I:%M:%S%p', slash_format || ' %I:%M%p',
                    slash_format || ' %H:%M:%S', slash_format || ' %H:%M', slash_format
                ]
            )
        )
    )
