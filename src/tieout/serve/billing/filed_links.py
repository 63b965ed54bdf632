"""What `tieout match` kept for the requester, named for the lines of consolidated invoices."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tieout.engine.duckdb import Engine
from tieout.match.staged.tables import KEPT_LINK
from tieout.store import filed_matches
from tieout.store.house import House


@dataclass(frozen=True)
class FiledLinks:
    """A party's current matches with the files of their links, and the answer's documents."""

    matches: tuple[tuple[str, Path], ...] = ()
    documents: tuple[str, ...] = ()  # numbers of all pages, in their order


def links_of(house: House, party: str, *, documents: pa.Table) -> FiledLinks:
    """Give what was kept for a party, and for no other."""
    with house.catalog.read() as connection:
        found = filed_matches.current_links(connection, house, party=party)
    return FiledLinks(tuple(found.items()), tuple(documents["invoice_number"].to_pylist()))


def define_links(engine: Engine, links: FiledLinks) -> None:
    """Name `filed_link` (KEPT_LINK) and `answer_document`, the numbers with their places."""
    engine.parquet("filed_link", [path for _, path in links.matches], schema=KEPT_LINK)
    engine.register(
        "answer_document",
        pa.table(
            {
                "place": pa.array(range(len(links.documents)), pa.int64()),
                "invoice_number": pa.array(links.documents, pa.string()),
            }
        ),
    )
