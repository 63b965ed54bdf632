-- Whether a filter hid lines of a document.
SELECT
    doc.ordinal,
    CASE
        WHEN getvariable('is_filtered')
            AND doc.ordinal IN (SELECT l.ordinal FROM core_line AS l WHERE NOT l.is_wanted)
            THEN 'filtered'
        ELSE 'document'
    END AS scope
FROM document AS doc
