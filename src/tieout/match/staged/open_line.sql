-- The lines that no tier has linked yet, without those set aside.
SELECT * FROM staged_line ANTI JOIN tied_line USING (line_no)
WHERE takes_part
