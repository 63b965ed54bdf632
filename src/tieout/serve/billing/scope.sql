-- Whether a filter hid lines of a document.
SELECT
    doc.ordinal,
    CASE
        WHEN getvariable('is_filtered')
            AND (SELECT count(*) FROM core_line AS l WHERE l.ordinal = doc.ordinal) < doc.detail_count
            THEN 'filtered'
        ELSE 'document'
    END AS scope
FROM document AS doc
