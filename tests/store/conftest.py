"""Empty stores on both catalogs, and the demo's month billed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_case import MONTH_FILE, NOW, PERIOD, load_month, load_reference

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade


@pytest.fixture(params=["sqlite", "postgres"])
def catalog_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty catalog, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def house(catalog_url: str, tmp_path: Path) -> Iterator[House]:
    """Open a new store on either catalog."""
    opened = open_house(tmp_path / "home", catalog_url=catalog_url)
    upgrade(opened.catalog)
    yield opened
    opened.catalog.close()


@pytest.fixture
def billed(house: House, tmp_path: Path) -> House:
    """Load and bill the demo's month."""
    load_reference(house, tmp_path / "reference")
    load_month(house, MONTH_FILE)
    pipeline.run_period(house, PERIOD, now=NOW)
    return house
