-- Charge types that are not in our list.
SELECT word
FROM intake_word
WHERE kind = 'other'
ORDER BY word
