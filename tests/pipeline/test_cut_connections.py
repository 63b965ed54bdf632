"""Connections to PostgreSQL cut at random moments: the state before or after, and one sentence."""

import random
import shutil
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from crash_case import PERIOD, write_month, write_vendor_file
from kill_case import TIMES
from place_case import Place
from postgres_case import create_database, database
from sqlalchemy import make_url

from tieout import pipeline
from tieout.store.migrations import upgrade

CUSTOMERS, ROWS = 200, 4_000
CUTS, TRIES_MAX = 4, 3  # cuts of each command, and stores tried for each cut
SEED = 20_211_033
CHUNK = 1 << 16
VERIFY = ("verify", "--period", PERIOD, "--accept-parked", "asked", "--by", "anna")
CREDIT = ("credit", "northlane-2021-11-0001", "--reason", "billed twice", "--by", "anna")


class Proxy:
    """Passes connections on to a PostgreSQL server, and cuts all of them when told to."""

    def __init__(self, server: Path) -> None:
        """Listen on a port of this machine."""
        self.server = str(server / ".s.PGSQL.5432")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                client, _ = self.listener.accept()
                upstream = socket.socket(socket.AF_UNIX)
                upstream.connect(self.server)
                self.open |= {client, upstream}
                for one, other in ((client, upstream), (upstream, client)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(CHUNK):
                target.sendall(content)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> int:
        """Cut every connection in both directions; give how many were alive."""
        alive = 0
        for one in list(self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
                alive += 1
            one.close()
        self.open.clear()
        return alive

    def close(self) -> None:
        """Cut everything and listen no more."""
        self.listener.close()
        self.cut()


@pytest.fixture(scope="module")
def month(
    postgres_server: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, Path]:
    """Make a store with reference data; give home, catalog and a vendor file."""
    folder = tmp_path_factory.mktemp("cut")
    url = create_database(postgres_server)
    place = Place(folder / "home", url)
    upgrade(place.house.catalog)
    reference = write_month(folder / "reference", customers=CUSTOMERS)
    assert place.tieout("reference", "load", str(reference)) == (0, "")
    place.house.catalog.close()
    source = write_vendor_file(folder / "october.csv", rows=ROWS, customers=CUSTOMERS)
    return place.home, url, source


@pytest.fixture
def proxy(postgres_server: Path) -> Iterator[Proxy]:
    """Stand between the program and the server."""
    opened = Proxy(postgres_server)
    yield opened
    opened.close()


class Desk:
    """Copies of a store, each seen directly and through the proxy."""

    def __init__(self, server: Path, proxy: Proxy, folder: Path) -> None:
        """Copy nothing yet."""
        self.server, self.proxy, self.folder = server, proxy, folder

    @contextmanager
    def copied(self, home: Path, url: str) -> Iterator[tuple[Place, Place]]:
        """Give a copy of a store that nothing has open: directly, and through the proxy."""
        copy = self.folder / uuid.uuid4().hex
        shutil.copytree(home, copy)
        with database(self.server, like=url) as own:
            through = make_url(own).set(host="127.0.0.1", port=self.proxy.port, query={})
            far_url = through.render_as_string(hide_password=False)
            places = (Place(copy, own), Place(copy, far_url))
            try:
                yield places
            finally:
                for place in places:
                    place.house.catalog.close()


def cut_at_random(desk: Desk, base: tuple[Path, str], *command: str, cuts: int) -> None:
    """Cut connections of a command until `cuts` stopped it, judging the store after each."""
    with desk.copied(*base) as (place, far):
        before, begun = place.published(), time.monotonic()
        assert far.tieout(*command)[0] == 0
        after, seconds = place.published(), time.monotonic() - begun
    assert before != after
    dice, landed = random.Random(SEED), 0
    for _ in range(cuts * TRIES_MAX):
        with desk.copied(*base) as (place, far):
            while landed < cuts and place.published() == before:
                ended = threading.Event()
                wait = dice.uniform(0, seconds)
                cut = threading.Thread(target=cut_later, args=(desk.proxy, wait, ended))
                cut.start()
                code, said = far.tieout(*command)
                ended.set()
                cut.join()
                assert place.published() in (before, after)
                pipeline.rehash_lake(place.house)
                if code:
                    assert (code, len(said.splitlines())) == (1, 1), said
                    landed += 1
            if landed >= cuts:
                break
    assert landed >= cuts, "hardly any cut stopped the command"


def cut_later(proxy: Proxy, seconds: float, ended: threading.Event) -> None:
    """Cut once so many seconds are over and a connection is there, unless the command ended."""
    time.sleep(seconds)
    while not proxy.cut() and not ended.wait(0.01):
        pass


@pytest.mark.parametrize("times", TIMES)
def test_a_cut_connection_leaves_the_state_before_or_after(
    month: tuple[Path, str, Path],
    postgres_server: Path,
    proxy: Proxy,
    tmp_path: Path,
    *,
    times: int,
) -> None:
    home, url, source = month
    commands = [("load", str(source)), ("run", PERIOD), VERIFY]
    commands += [CREDIT] if times > 1 else []
    desk = Desk(postgres_server, proxy, tmp_path)
    with desk.copied(home, url) as (place, far):
        base = (place.home, str(place.url))
        for command in commands:
            for one in (place, far):
                one.house.catalog.close()
            cut_at_random(desk, base, *command, cuts=times * CUTS)
            assert far.tieout(*command)[0] == 0
        for check in (("verify-store",), ("audit", "verify")):
            assert far.tieout(*check) == (0, "")


def test_a_catalog_out_of_reach_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    far = Place(tmp_path / "home", f"postgresql+psycopg://nobody@127.0.0.1:{port}/none")
    for command in (("run", PERIOD), ("verify-store",), ("work", "--once"), ("init",)):
        code, said = far.tieout(*command)
        assert (code, len(said.splitlines())) == (1, 1)
        assert said.startswith("tieout: the connection to the catalog was cut or could not be made")
