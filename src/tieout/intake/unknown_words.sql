-- Charge types that are not in our list.
SELECT word
FROM intake_word
WHERE charge_kind(word) = 'other'
ORDER BY word
