"""Links of files that arrived apart, as a party's current matches: which lake file holds them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from tieout.store import manifest
from tieout.store.catalog import filed_match, invoice, lake_file
from tieout.store.house import House
from tieout.store.lake import LakeFile

KIND = "filed_link"


def is_current(connection: Connection, match_id: str) -> bool:
    """Tell whether a match is the one in force for its party, month and currency."""
    return bool(
        connection.scalar(
            select(filed_match.c.is_current).where(filed_match.c.match_id == match_id)
        )
    )


def publish(connection: Connection, values: Mapping[str, Any], *, links: LakeFile) -> None:
    """Put a match in force, in the place of the one of the same party, month and currency."""
    connection.execute(
        update(filed_match)
        .where(*(filed_match.c[name] == values[name] for name in ("party", "period", "currency")))
        .values(is_current=0)
    )
    known = select(filed_match.c.match_id).where(filed_match.c.match_id == values["match_id"])
    if connection.scalar(known) is not None:
        again = update(filed_match).where(filed_match.c.match_id == values["match_id"])
        connection.execute(again.values(is_current=1))
        return
    connection.execute(insert(filed_match).values(**values, is_current=1))
    manifest.add_files(connection, [links], owner_kind="match", owner_id=values["match_id"])


def current_links(connection: Connection, house: House, *, party: str) -> dict[str, Path]:
    """Give the files with the links of a party's current matches, by match."""
    rows = connection.execute(
        select(filed_match.c.match_id, lake_file.c.path)
        .join(lake_file, lake_file.c.owner_id == filed_match.c.match_id)
        .where(
            lake_file.c.owner_kind == "match",
            lake_file.c.kind == KIND,
            filed_match.c.party == party,
            filed_match.c.is_current == 1,
        )
        .order_by(filed_match.c.match_id)
    )
    return {row.match_id: house.lake.full(row.path) for row in rows}


def sells_in(connection: Connection, *, party: str, period: str) -> bool:
    """Tell whether the store has documents, drafts included, that a party sells in a month."""
    query = select(invoice.c.invoice_id).where(
        invoice.c.seller_id == party, invoice.c.period == period
    )
    return connection.scalar(query.limit(1)) is not None
