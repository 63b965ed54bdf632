-- What differs between the inputs of a run and those known now, by kind and id.
WITH parts AS (
    SELECT 'then' AS side, line, regexp_extract(line, '^(.*)[|]([^|]*)$', ['name', 'content']) AS part FROM input_then
    UNION ALL
    SELECT 'now', line, regexp_extract(line, '^(.*)[|]([^|]*)$', ['name', 'content']) FROM input_now
),
compared AS (
    SELECT
        part.name AS name,
        list_sort(list(part.content) FILTER (WHERE side = 'then')) AS before,
        list_sort(list(part.content) FILTER (WHERE side = 'now')) AS after
    FROM parts
    GROUP BY part.name
)
SELECT
    split_part(name, '|', 1) AS kind,
    substr(name, length(split_part(name, '|', 1)) + 2) AS id,
    CASE WHEN before IS NULL THEN 'added' WHEN after IS NULL THEN 'removed' ELSE 'changed' END AS change
FROM compared
WHERE before IS DISTINCT FROM after
ORDER BY kind, id
