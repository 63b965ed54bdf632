"""The published October of every chain, and a managed store, each behind its own server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from manage_case import Admin, admin_of, load_by_csv, new_house
from master_case import bill_master, everyone
from october import DIRECT, FOUR_PARTIES, bill_october
from serve_case import Clock, Place, Visitor, serving


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


def _october(**options: Any) -> Any:
    @pytest.fixture(scope="session")
    def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
        with serving(bill_october(tmp_path_factory.mktemp("october"), **options)) as running:
            yield running

    return place


OWN_LINES = {"chain": DIRECT}
oct_0 = _october(rules={2: ("pass_through", "")}, **OWN_LINES)
oct_10 = _october(rules={2: ("markup", "10")}, **OWN_LINES)
oct_4 = _october(rules={2: ("fixed", "4.00")}, **OWN_LINES)
oct_3 = _october(rules={2: ("fixed", "3.00")}, **OWN_LINES)
oct_new = _october(rules={2: ("pass_through", "")}, status="new", **OWN_LINES)
CHAIN_RULES = {2: ("markup", "5"), 3: ("markup", "10")}
chain = _october(chain=FOUR_PARTIES, rules=CHAIN_RULES)
chain_new = _october(
    chain=FOUR_PARTIES, rules={2: ("pass_through", ""), 3: ("pass_through", "")}, status="new"
)


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve a chain of four and strangers beside it, with all their reference data."""
    with serving(bill_master(tmp_path_factory.mktemp("master"))) as running:
        yield running


@pytest.fixture(scope="session")
def who(master: Place) -> dict[str, Visitor]:
    """Give somebody of each party there."""
    return everyone(master)


@pytest.fixture(scope="session")
def managed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve a small chain that tests add rows of their own to."""
    folder = tmp_path_factory.mktemp("managed")
    house = new_house(folder / "home")
    load_by_csv(house, folder / "csv")
    with serving(house) as running:
        yield running
    house.catalog.close()


@pytest.fixture(scope="session")
def admin(managed: Place) -> Iterator[Admin]:
    """Give somebody with an admin key there."""
    found = admin_of(managed)
    yield found
    found.client.close()


@pytest.fixture(params=["sqlite", "postgres"])
def catalog_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty catalog, of each kind once."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
