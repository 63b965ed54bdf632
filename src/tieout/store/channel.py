"""Channels: the chains of contracts that begin with what one organization buys from a vendor."""

from sqlalchemy import Connection, func, select

from tieout.store.catalog import reference

CONTRACT = reference["contracts"]


def channel_contracts(connection: Connection, owner: str) -> set[str]:
    """Give the ids of the contracts of a channel: those of its owner with vendors, and all below.

    The owner is the buyer of hop 1 (reporting-api.md 1). Rows of other days count as well.
    """
    in_force = CONTRACT.c.to_snapshot.is_(None)
    found = (
        select(CONTRACT.c.contract_id)
        .where(in_force, CONTRACT.c.buyer_id == owner, CONTRACT.c.seller_id == CONTRACT.c.vendor_id)
        .cte("channel", recursive=True)
    )
    below = select(CONTRACT.c.contract_id).where(
        in_force, CONTRACT.c.parent_contract_id == found.c.contract_id
    )
    return set(connection.execute(select(found.union(below).c.contract_id)).scalars())


def is_only_owner(connection: Connection, owner: str) -> bool:
    """Say whether no other organization buys from a vendor."""
    other = select(CONTRACT.c.contract_id).where(
        CONTRACT.c.to_snapshot.is_(None),
        CONTRACT.c.seller_id == CONTRACT.c.vendor_id,
        CONTRACT.c.buyer_id != owner,
        CONTRACT.c.purpose != "consume",
    )
    return connection.execute(other.limit(1)).first() is None


def sole_vendors(connection: Connection, owner: str) -> frozenset[str]:
    """Give the vendors from which an organization buys, and nobody else by any contract ever."""
    bought = (
        select(CONTRACT.c.vendor_id)
        .where(CONTRACT.c.seller_id == CONTRACT.c.vendor_id, CONTRACT.c.purpose != "consume")
        .group_by(CONTRACT.c.vendor_id)
        .having(func.min(CONTRACT.c.buyer_id) == owner, func.max(CONTRACT.c.buyer_id) == owner)
    )
    return frozenset(connection.execute(bought).scalars())
