"""Stores on both catalogs at the stations of the work, made once, each test with a copy."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres_case import create_database, database
from store_case import MONTH_FILE, NOW, PERIOD, load_month, load_reference

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

# what is done to a new store; the folder is for files that it reads
Station = Callable[[House, Path], object]
StoreAt = Callable[[Station], House]


@pytest.fixture(params=["sqlite", "postgres"])
def catalog_kind(request: pytest.FixtureRequest) -> str:
    """Name the kind of catalog, once each."""
    kind: str = request.param
    return kind


@pytest.fixture
def catalog_url(catalog_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty catalog."""
    if catalog_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


class Shelf:
    """Stores that were brought to a station once."""

    def __init__(self, folder: Path) -> None:
        """Make nothing yet."""
        self.folder = folder
        self.made: dict[tuple[Station, str], tuple[Path, str | None]] = {}

    def at(self, station: Station, *, socket: Path | None) -> tuple[Path, str | None]:
        """Give home and, of PostgreSQL at `socket`, catalog of a store; nothing has it open."""
        kind = "sqlite" if socket is None else "postgres"
        if (station, kind) not in self.made:
            folder = self.folder / f"{len(self.made)}"
            folder.mkdir()
            url = None if socket is None else create_database(socket)
            house = open_house(folder / "home", catalog_url=url)
            upgrade(house.catalog)
            station(house, folder)
            house.catalog.close()
            self.made[station, kind] = (house.home, url)
        return self.made[station, kind]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Keep stores for the session."""
    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def store_at(
    catalog_kind: str, shelf: Shelf, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[StoreAt]:
    """Give a copy of a store that has come to a station."""
    socket: Path | None = None
    if catalog_kind == "postgres":
        socket = request.getfixturevalue("postgres_server")
    with ExitStack() as cleanup:

        def copied(station: Station) -> House:
            home, template = shelf.at(station, socket=socket)
            url = None
            if socket is not None:
                url = cleanup.enter_context(database(socket, like=template))
            opened = open_house(shutil.copytree(home, tmp_path / "home"), catalog_url=url)
            cleanup.callback(opened.catalog.close)
            return opened

        yield copied


def _new(_house: House, _folder: Path) -> None:
    """Leave the store as it is made."""


def _referenced(house: House, folder: Path) -> None:
    load_reference(house, folder / "reference")


def _loaded(house: House, folder: Path) -> None:
    _referenced(house, folder)
    load_month(house, MONTH_FILE)


def _billed(house: House, folder: Path) -> None:
    _loaded(house, folder)
    pipeline.run_period(house, PERIOD, now=NOW)


@pytest.fixture
def house(store_at: StoreAt) -> House:
    """Open a new store."""
    return store_at(_new)


@pytest.fixture
def referenced(store_at: StoreAt) -> House:
    """Open a store with the demo's reference data."""
    return store_at(_referenced)


@pytest.fixture
def loaded(store_at: StoreAt) -> House:
    """Open a store with the demo's month loaded."""
    return store_at(_loaded)


@pytest.fixture
def billed(store_at: StoreAt) -> House:
    """Open a store with the demo's month billed."""
    return store_at(_billed)


@pytest.fixture
def empty_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], House]]:
    """Give what opens an installation without a file or a table, by its kind of catalog."""
    made: list[House] = []

    def opened_house(kind: str) -> House:
        url = request.getfixturevalue("postgres_url") if kind == "postgres" else None
        made.append(open_house(tmp_path / f"empty-{len(made)}", catalog_url=url))
        return made[-1]

    yield opened_house
    for house in made:
        house.catalog.close()
