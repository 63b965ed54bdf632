"""The catalog on SQLite and on PostgreSQL: migrations, transactions, and one writer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Insert, func, insert, select
from sqlalchemy.exc import IntegrityError
from store_case import everything

from tieout.errors import Conflict
from tieout.store import migrations
from tieout.store.catalog import (
    lake_file,
    load,
    metadata,
    setting,
    vendor_file,
)
from tieout.store.database import Catalog, insert_rows, require_tables
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade


@pytest.fixture
def catalog(catalog_url: str) -> Iterator[Catalog]:
    """Open an empty catalog."""
    opened = Catalog(catalog_url)
    yield opened
    opened.close()


def test_a_catalog_without_tables_is_refused(catalog: Catalog) -> None:
    with pytest.raises(Conflict, match="run `tieout init` first"):
        require_tables(catalog)
    upgrade(catalog)
    require_tables(catalog)


def test_a_second_upgrade_changes_nothing(catalog: Catalog) -> None:
    assert upgrade(catalog)
    secret = catalog.setting("match_key_secret")
    assert secret is not None
    assert len(secret) == 64
    assert not upgrade(catalog)
    assert catalog.setting("match_key_secret") == secret


def test_two_catalogs_have_different_secrets(catalog: Catalog, tmp_path: Path) -> None:
    other = Catalog(f"sqlite:///{tmp_path / 'other.sqlite'}")
    upgrade(catalog)
    upgrade(other)
    assert catalog.setting("match_key_secret") != other.setting("match_key_secret")
    other.close()


def test_the_migrations_make_the_tables_of_the_metadata(catalog: Catalog) -> None:
    upgrade(catalog)
    with catalog.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def _upgrade_past(catalog: Catalog, step: str, *statements: Insert) -> None:
    """Upgrade to a step, run statements there, and go on to the newest step."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with catalog.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, step)
        for statement in statements:
            connection.execute(statement)
        command.upgrade(config, "head")


def test_a_manifest_of_before_keeps_its_files_when_matches_may_own_some(catalog: Catalog) -> None:
    named = {"kind": "charge", "path": "aa/bb.parquet", "rows": 1, "size": 2, "sha256": "0"}
    kept = {"owner_kind": "run", "owner_id": "run-1", "sums": "{}", **named}
    _upgrade_past(catalog, "0011", insert(lake_file).values(**kept))
    with catalog.write() as connection:
        connection.execute(insert(lake_file).values(kept | {"owner_kind": "match"}))
    with catalog.read() as connection:
        owners = select(lake_file.c.owner_kind, lake_file.c.hop, lake_file.c.path)
        assert sorted(connection.execute(owners).all()) == [
            ("match", None, "aa/bb.parquet"),
            ("run", None, "aa/bb.parquet"),
        ]


def test_the_size_of_a_large_file_has_room(house: House) -> None:
    size = 5 << 40
    named = {"owner_kind": "run", "owner_id": "r", "kind": "charge", "path": "a", "sha256": "0"}
    with house.catalog.write() as connection:
        connection.execute(insert(lake_file).values(rows=1, size=size, sums="{}", **named))
    with house.catalog.read() as connection:
        assert connection.scalar(select(lake_file.c.size)) == size


def test_a_write_that_fails_is_rolled_back_as_a_whole(house: House) -> None:
    before = everything(house)

    def write_half() -> None:
        with house.catalog.write() as connection:
            connection.execute(insert(setting).values(name="half", value="done"))
            connection.execute(insert(load).values(load_id=1, created_at="now"))
            found = connection.scalar(select(func.count()).select_from(load))
            assert found == 1
            connection.execute(insert(load).values(load_id=1, created_at="again"))

    with pytest.raises(IntegrityError):
        write_half()
    assert everything(house) == before


def test_a_row_that_points_nowhere_is_refused(house: House) -> None:
    texts = ("file_id", "name", "format", "vendor", "header", "notices", "totals")
    row = dict.fromkeys(texts, "x") | dict.fromkeys(("rows", "loaded", "rejected", "skipped"), 0)
    with pytest.raises(IntegrityError), house.catalog.write() as connection:
        connection.execute(insert(vendor_file).values(load_id=404, **row))


def test_an_error_does_not_tell_the_values_that_were_to_be_stored(house: House) -> None:
    told = []
    for write in (_write_by_statement, _write_by_rows):
        with house.catalog.write() as connection:
            write(connection, "first")
        with pytest.raises(IntegrityError) as refused, house.catalog.write() as connection:
            write(connection, "7919.0331")
        told.append(str(refused.value))
    assert len(told) == 2
    assert not any("7919.0331" in text for text in told)


def _write_by_statement(connection: Connection, value: str) -> None:
    connection.execute(insert(setting).values(name="by statement", value=value))


def _write_by_rows(connection: Connection, value: str) -> None:
    insert_rows(connection, setting, names=("name", "value"), rows=[("by rows", value)])


def test_a_reader_sees_one_state_from_its_first_query_on(house: House) -> None:
    count = select(func.count()).select_from(load)
    with house.catalog.read() as reader:
        assert reader.scalar(count) == 0
        with house.catalog.write() as connection:
            connection.execute(insert(load).values(load_id=1, created_at="now"))
        assert reader.scalar(count) == 0
    with house.catalog.read() as reader:
        assert reader.scalar(count) == 1


def test_a_second_writer_is_refused_and_the_lock_ends_with_the_first(house: House) -> None:
    with (
        house.writer(),
        pytest.raises(Conflict, match="another load or run is at work"),
        house.writer(),
    ):
        pass
    with house.writer():
        pass


def test_a_writer_that_fails_lets_go_of_the_lock(house: House) -> None:
    with pytest.raises(ZeroDivisionError), house.writer():
        _ = 1 / 0
    with house.writer():
        pass


def test_two_machines_on_one_postgresql_catalog_have_one_writer(
    postgres_url: str, tmp_path: Path
) -> None:
    here, there = (
        open_house(tmp_path / name, catalog_url=postgres_url) for name in ("here", "there")
    )
    upgrade(here.catalog)
    with (
        here.writer(),
        pytest.raises(Conflict, match="another load or run is at work"),
        there.writer(),
    ):
        pass
    with there.writer():
        pass
    here.catalog.close()
    there.catalog.close()
