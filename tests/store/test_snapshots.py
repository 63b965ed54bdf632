"""Reference data in the store: rows that end, files that stay, and what a run reads of them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select
from store_case import NOW, load_reference

from tieout import pipeline
from tieout.engine.duckdb import session
from tieout.pipeline.inputs import open_reference
from tieout.store import manifest
from tieout.store.catalog import metadata
from tieout.store.house import House
from tieout.store.manifest import Snapshot
from tieout.store.resources import RESOURCES

RATES = "organization_id,from,to,source,base_rate,surcharge,date\n"


def rates(house: House) -> list[tuple[str | None, str, int | None]]:
    """Give organization, rate and the snapshot that ended it, of every version."""
    table = metadata.tables["reference_exchange_rates"]
    with house.catalog.read() as connection:
        rows = connection.execute(select(table).order_by(table.c.version_id)).mappings()
        return [(row["organization_id"], row["base_rate"], row["to_snapshot"]) for row in rows]


def load(house: House, folder: Path, rows: str) -> None:
    folder.mkdir()
    (folder / "exchange_rates.csv").write_text(RATES + rows)
    pipeline.load_reference(house, folder, now=NOW)


def test_only_the_row_of_the_same_key_ends_empty_keys_included(
    house: House, tmp_path: Path
) -> None:
    load_reference(house, tmp_path / "demo")
    mine, others = "northlane,USD,EUR,ECB,{},,2021-11-01\n", ",USD,EUR,ECB,{},,2021-11-01\n"
    load(house, tmp_path / "one", mine.format("0.8") + others.format("0.9"))
    load(house, tmp_path / "two", others.format("0.91"))
    load(house, tmp_path / "three", mine.format("0.81"))
    assert rates(house) == [
        (None, "0.9", 3),
        ("northlane", "0.8", 4),
        (None, "0.91", None),
        ("northlane", "0.81", None),
    ]


def test_a_resource_that_stays_keeps_its_lake_file(house: House, tmp_path: Path) -> None:
    load_reference(house, tmp_path / "demo")
    with house.catalog.read() as connection:
        before = manifest.latest_snapshot(connection, house)
    load(house, tmp_path / "one", ",USD,EUR,ECB,0.9,,2021-11-01\n")
    with house.catalog.read() as connection:
        after = manifest.latest_snapshot(connection, house)
    assert after.snapshot_id == before.snapshot_id + 1
    assert set(after.files) - set(before.files) == {"exchange_rates"}
    assert {name: after.files[name] for name in before.files} == before.files


def test_a_run_reads_older_files_and_only_rates_that_it_can_use(tmp_path: Path) -> None:
    old = [name for name in RESOURCES["price_list"].columns if name not in ("segment", "meter_id")]
    pq.write_table(pa.table({name: ["x"] for name in old}), tmp_path / "price_list.parquet")
    fine = {"from": ["AED", "BHD"], "base_rate": ["0.272245892490097012", "2.6525252525252525"]}
    empty = {name: [None, None] for name in RESOURCES["exchange_rates"].columns}
    table = pa.table({name: pa.array(v, pa.string()) for name, v in {**empty, **fine}.items()})
    pq.write_table(table, tmp_path / "exchange_rates.parquet")
    files = {name: tmp_path / f"{name}.parquet" for name in ("price_list", "exchange_rates")}
    with session(tmp_path / "scratch") as engine:
        open_reference(engine, Snapshot(1, files))
        prices = engine.arrow("SELECT segment, meter_id, sku_id FROM price_list").to_pylist()
        usable = engine.arrow('SELECT "from" FROM exchange_rates').to_pylist()
        assert engine.arrow("SELECT * FROM orders").num_rows == 0
    assert prices == [{"segment": None, "meter_id": None, "sku_id": "x"}]
    assert usable == [{"from": "BHD"}]
