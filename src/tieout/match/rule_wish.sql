-- What the price rules of this run need to know of a line beyond their scopes.
SELECT
    coalesce(bool_or(kind IN ('list', 'discount_on_list', 'gap_share')), FALSE) AS asks_list,
    coalesce(bool_or(earned_credit = 'keep'), FALSE) AS keeps_credit
FROM rule
