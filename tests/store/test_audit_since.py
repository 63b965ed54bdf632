"""What the audit was told since an entry: cursors leave out what came after them."""

from collections.abc import Iterator

import pytest

from tieout.store import audit
from tieout.store.audit import Event, Signed
from tieout.store.database import Catalog
from tieout.store.migrations import upgrade

ANNA = Signed("anna", "2026-11-23T00:00:00Z")


@pytest.fixture
def catalog(catalog_url: str) -> Iterator[Catalog]:
    """Give a new catalog of each kind."""
    made = Catalog(catalog_url)
    upgrade(made)
    yield made
    made.close()


def add(catalog: Catalog, *names: str) -> str:
    """Record entries of these subjects; give the hash of the last."""
    with catalog.write() as connection:
        audit.record(connection, [Event("run", "run", name) for name in names], signed=ANNA)
        return audit.newest_hash(connection)


def since(catalog: Catalog, entry_hash: str) -> frozenset[str] | None:
    with catalog.read() as connection:
        return audit.subjects_since(connection, entry_hash)


def test_the_audit_tells_what_it_was_told_since_an_entry(catalog: Catalog) -> None:
    assert since(catalog, "") == frozenset()
    first = add(catalog, "a", "b")
    many = [f"run-{n}" for n in range(audit.SINCE_ROWS + 1)]
    last = add(catalog, *many, "a")
    assert since(catalog, last) == frozenset()
    assert since(catalog, first) == frozenset([*many, "a"])
    assert since(catalog, "") == frozenset([*many, "a", "b"])
    assert since(catalog, "another") is None
