-- The billed lines that the vendor tells no more.
SELECT * FROM live_line ANTI JOIN told_pair USING (line_key)
