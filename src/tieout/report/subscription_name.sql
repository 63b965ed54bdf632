-- The newest name of each subscription with a line.
SELECT snapshot_id, subscription_id, arg_max(name, valid_from) AS name
FROM reference_subscriptions
WHERE subscription_id IN (SELECT subscription_id FROM seen_line)
GROUP BY snapshot_id, subscription_id
