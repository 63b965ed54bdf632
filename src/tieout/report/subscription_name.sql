-- The newest name of each subscription in a snapshot.
SELECT snapshot_id, subscription_id, arg_max(name, valid_from) AS name
FROM reference_subscriptions
GROUP BY snapshot_id, subscription_id
