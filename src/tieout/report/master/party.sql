-- Who the viewer knows: itself, who sells to it, and who buys from it.
WITH side AS (
    SELECT getvariable('viewer') AS organization_id, TRUE AS is_self, FALSE AS is_seller, FALSE AS is_buyer
    UNION ALL
    SELECT seller_id, FALSE, TRUE, FALSE FROM known_contracts WHERE buyer_id = getvariable('viewer')
    UNION ALL
    SELECT buyer_id, FALSE, FALSE, TRUE FROM known_contracts WHERE seller_id = getvariable('viewer')
)
SELECT
    organization_id, bool_or(is_self) AS is_self, bool_or(is_seller) AS is_seller,
    bool_or(is_buyer) AS is_buyer
FROM side
GROUP BY organization_id
