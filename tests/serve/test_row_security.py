"""PostgreSQL's row-level security: the role that serves reads nothing but for whom it is asked."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from master_case import ENDPOINTS, PARTNERS, asked, bill_master, everyone, path_of
from postgres_case import as_role, database, server_role
from serve_case import HEADERS, ROWS, Place, Visitor, serving
from sqlalchemy import Connection, column, func, insert, select, table, text
from sqlalchemy.exc import ProgrammingError

from tieout.errors import Conflict
from tieout.serve.roles import LISTS, READING
from tieout.store.catalog import access_key, invoice, metadata, reference
from tieout.store.database import Catalog
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade
from tieout.store.row_security import GRANTED, UNCOVERED, Asker, asked_by, fault_of, grant_serving


@dataclass(frozen=True)
class Stand:
    """A served store, and its catalog as the role that serves it sees it."""

    place: Place
    role: str
    catalog: Catalog

    @contextmanager
    def reading(self, *organizations: str, key_id: str = "") -> Iterator[Connection]:
        """Read as the role, for some organizations."""
        with asked_by(Asker(key_id, organizations)), self.catalog.read() as connection:
            yield connection


@pytest.fixture(scope="module")
def stand(postgres_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Serve the chain of four and the strangers beside it, as a role of its own."""
    with server_role(postgres_server) as role, database(postgres_server) as url:
        house = bill_master(tmp_path_factory.mktemp("rows"), catalog_url=url)
        with house.catalog.write() as connection:
            grant_serving(connection, role)
        as_it = as_role(url, role)
        with (
            closing(house.catalog),
            closing(Catalog(as_it)) as catalog,
            serving(house, serve_catalog=as_it) as place,
        ):
            yield Stand(place, role, catalog)


@pytest.fixture(scope="module")
def visitors(stand: Stand) -> dict[str, Visitor]:
    """Give somebody of each party there."""
    return everyone(stand.place)


@pytest.fixture
def house(postgres_url: str, tmp_path: Path) -> Iterator[House]:
    """Give an empty store."""
    opened = open_house(tmp_path / "home", catalog_url=postgres_url)
    upgrade(opened.catalog)
    with closing(opened.catalog):
        yield opened


def test_every_table_is_covered_or_says_why_not(stand: Stand) -> None:
    query = text(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')"
        " AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity"
    )
    with stand.place.house.catalog.read() as connection:
        bare = set(connection.execute(query).scalars())
    assert bare == {*UNCOVERED, "alembic_version"}
    assert all(UNCOVERED.values())


def test_what_is_not_granted_cannot_be_read(stand: Stand) -> None:
    closed = [name for name in (*metadata.tables, "alembic_version") if name not in GRANTED]
    assert len(closed) > 8
    shut = [(name, "*") for name in closed]
    shut += [("run", "certificate"), ("run", "summary"), ("audit_entry", "after")]
    shut += [("lake_file", "sums"), ("reference_price_list", "unit_price")]
    for name, columns in shut:
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            stand.reading("distributor") as connection,
        ):
            connection.execute(text(f"SELECT {columns} FROM {name}"))


def test_nothing_can_be_changed(stand: Stand) -> None:
    for name in metadata.tables:
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            stand.reading("distributor") as connection,
        ):
            connection.execute(text(f"DELETE FROM {name}"))


def counts(connection: Connection) -> dict[str, int]:
    """Count the rows of each covered table that the role may read."""
    found = {}
    for name, columns in GRANTED.items():
        if name in UNCOVERED:
            continue
        one = columns[0] if columns else next(iter(metadata.tables[name].columns.keys()))
        query = select(func.count(column(one))).select_from(table(name, column(one)))
        found[name] = int(connection.scalar(query) or 0)
    return found


def test_without_an_organization_there_are_no_rows(stand: Stand, visitors: object) -> None:
    assert visitors
    with stand.place.house.catalog.read() as connection:
        told = {name for name, count in counts(connection).items() if count}
    assert told >= {"access_key", "invoice", "run", "lake_file", "vendor_file", "vendor_invoice"}
    with stand.catalog.read() as connection:  # nobody said for whom
        assert set(counts(connection).values()) == {0}
    for nobody in ((), ("",), ("nobody",), ("%",)):
        with stand.reading(*nobody) as connection:
            assert set(counts(connection).values()) == {0}


def test_a_transaction_forgets_for_whom_it_was(stand: Stand) -> None:
    for _ in range(3):
        with stand.reading("reseller") as connection:
            assert connection.scalar(select(func.count()).select_from(invoice))
        with stand.catalog.read() as connection:
            assert not connection.scalar(select(func.count()).select_from(invoice))


SEEN = {  # organization: its contracts and those below
    "distributor": {"c-1", "c-2", "c-3"},
    "reseller": {"c-2", "c-3"},
    "customer": {"c-3", "c-4"},
    "stranger": {"c-8", "c-9"},
    "outsider": {"c-9"},
}


@pytest.mark.parametrize("party", list(SEEN))
def test_a_query_without_a_condition_gives_only_what_is_theirs(stand: Stand, party: str) -> None:
    contracts, people = reference["contracts"], reference["organizations"]
    with stand.place.house.catalog.read() as connection:
        sides = {tuple(row) for row in connection.execute(select(_SIDES)).all()}
    own = {row for row in sides if party in row[1:]}
    with stand.reading(party) as connection:
        assert {tuple(row) for row in connection.execute(select(_SIDES)).all()} == own
        found = set(connection.execute(select(contracts.c.contract_id)).scalars())
        known = set(connection.execute(select(people.c.organization_id)).scalars())
        sold = set(connection.execute(select(reference["subscriptions"].c.contract_id)).scalars())
        told = counts(connection)
    assert found == SEEN[party]
    assert sold == found & {"c-3", "c-9"}
    strangers = {"stranger", "outsider"}
    chain = {"distributor", "reseller", "customer"}
    assert not known & (strangers if party in chain else chain)
    assert party in known
    assert bool(told["vendor_invoice"]) is bool(told["vendor_file"]) is (party == "distributor")
    assert bool(told["run"]) is (party in chain)
    assert told["access_key"] == 0


_SIDES = select(invoice.c.invoice_id, invoice.c.seller_id, invoice.c.buyer_id).subquery()


def test_a_key_is_found_by_its_own_id_alone(stand: Stand, visitors: dict[str, Visitor]) -> None:
    ids = {name: one.key.split("_")[1] for name, one in visitors.items()}
    with stand.reading("customer", key_id=ids["customer"]) as connection:
        assert connection.execute(select(access_key.c.key_id)).scalars().all() == [ids["customer"]]


def test_drafts_are_not_the_buyers(stand: Stand) -> None:
    owner = stand.place.house.catalog
    with owner.read() as connection:
        held = connection.execute(select(invoice).where(invoice.c.hop == 3)).mappings().first()
        assert held is not None
    draft = dict(held) | {"invoice_id": "draft", "status_id": 0, "invoice_number": None}
    draft |= {"verified_at": None}
    with owner.write() as connection:
        connection.execute(insert(invoice).values(**draft))
    query = select(func.count()).where(invoice.c.invoice_id == "draft")
    try:
        for party, count in (("reseller", 1), ("customer", 0), ("distributor", 0)):
            with stand.reading(party) as connection:
                assert connection.scalar(query) == count
    finally:
        with owner.write() as connection:
            connection.execute(text("DELETE FROM invoice WHERE invoice_id = 'draft'"))


def test_lists_are_those_of_a_catalog_without_policies(
    stand: Stand, visitors: dict[str, Visitor]
) -> None:
    with serving(stand.place.house) as plain:
        parties = itertools.cycle(PARTNERS.items())  # each list by one of them
        for (name, endpoint), (party, partner) in zip(ENDPOINTS.items(), parties, strict=False):
            path, client = path_of(endpoint, party, partner), visitors[party].client
            addresses = (path, f"{plain.address}{path}")
            bodies = [client.get(one, params=asked(name)).json() for one in addresses]
            if isinstance(bodies[0], dict):
                bodies = [body | {"requestId": ""} for body in bodies]
            assert bodies[0] == bodies[1], (name, party)


def test_a_key_of_several_reads_for_one_at_a_time(stand: Stand) -> None:
    both = stand.place.visitor("reseller", "customer", endpoints=(*READING, *LISTS))
    for party, count in (("reseller", 3), ("customer", 2)):
        own = stand.place.visitor(party, endpoints=(*READING, *LISTS))
        asked_for = [one.rows(party, path=HEADERS) for one in (own, both)]
        assert asked_for[0] == asked_for[1]
        assert len(asked_for[0]) >= count - 1
        assert own.rows(party, path=ROWS) == both.rows(party, path=ROWS)


def test_ready_says_whether_the_role_is_held(stand: Stand) -> None:
    def ready() -> tuple[int, str]:
        answer = httpx.get(f"{stand.place.address}/ready")
        return answer.status_code, answer.json()["checks"]["row_security"]

    owner = stand.place.house.catalog
    assert ready() == (200, "ok")
    for change, told in (("DISABLE", (503, "not_held")), ("ENABLE", (200, "ok"))):
        with owner.write() as connection:
            connection.execute(text(f"ALTER TABLE invoice {change} ROW LEVEL SECURITY"))
        assert ready() == told


@pytest.mark.parametrize("option", ["SUPERUSER", "BYPASSRLS", "IN ROLE postgres", "owner"])
def test_a_role_that_could_pass_is_refused(
    house: House, postgres_server: Path, option: str
) -> None:
    url = house.catalog.url
    with server_role(postgres_server, options="" if option == "owner" else option) as role:
        with house.catalog.write() as connection:
            if option == "owner":
                connection.execute(text(f"ALTER TABLE setting OWNER TO {role}"))
            assert "passes row-level security" in str(fault_of(connection, role))
        with (
            pytest.raises(Conflict, match="passes row-level security"),
            house.catalog.write() as connection,
        ):
            grant_serving(connection, role)
        with (
            pytest.raises(Conflict, match="passes row-level security"),
            serving(house, serve_catalog=as_role(url, role)),
        ):
            pass
        with house.catalog.write() as connection:
            connection.execute(text("ALTER TABLE setting OWNER TO postgres"))


def test_init_grants_a_role_what_serving_reads(
    house: House, postgres_server: Path, tmp_path: Path
) -> None:
    with server_role(postgres_server) as role:
        url = as_role(house.catalog.url, role)
        with (
            pytest.raises(Conflict, match="cannot read: run `tieout init --serving-role"),
            serving(house, serve_catalog=url),
        ):
            pass
        env = {"TIEOUT_HOME": str(tmp_path / "home"), "TIEOUT_CATALOG": house.catalog.url}
        for _ in range(2):
            words = [sys.executable, "-m", "tieout.serve.cli", "init", "--serving-role", role]
            done = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
            assert role in done.stdout
        with serving(house, serve_catalog=url) as place:
            told = httpx.get(f"{place.address}/ready").json()
        assert told["checks"] == {"catalog": "ok", "lake": "ok", "row_security": "ok"}
        with house.catalog.write() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))


def test_a_role_has_to_be_there_and_on_postgresql(house: House, tmp_path: Path) -> None:
    for name, reason in (("nobody_there", "has no role"), ('x"; DROP', "small letters")):
        with pytest.raises(Conflict, match=reason), house.catalog.write() as connection:
            grant_serving(connection, name)
    small = open_house(tmp_path / "small")
    upgrade(small.catalog)
    with pytest.raises(Conflict, match="on PostgreSQL"), small.catalog.write() as connection:
        grant_serving(connection, "anybody")
    with (
        pytest.raises(Conflict, match="not SQLite"),
        serving(small, serve_catalog=small.catalog.url),
    ):
        pass
    small.catalog.close()
