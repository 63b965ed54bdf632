"""A folder of reference data becomes the state in force, once."""

import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reference_case import GOOD, Stage, write

from tieout.engine.duckdb import Engine
from tieout.errors import Conflict, ReferenceRefused
from tieout.reference import export_folder, stage_folder
from tieout.reference.cell import KINDS
from tieout.store.resources import RESOURCES

SUBSCRIPTIONS = 200_000
SECONDS_MAX = 60


def test_a_good_folder_is_staged_whole(stage: Stage) -> None:
    staged = stage(GOOD)
    assert staged.counts == {
        name: len(text.splitlines()) - 1 - (name == "organizations")
        for name, text in ((file.removesuffix(".csv"), text) for file, text in GOOD.items())
    }
    assert not staged.is_unchanged
    assert staged.ended == {}
    assert set(staged.changed) == set(staged.files) == set(RESOURCES)
    for name, resource in RESOURCES.items():
        rows = pq.read_table(staged.files[name])
        assert rows.schema.names == list(resource.columns)
        assert set(rows.schema.types) == {pa.string()}
        assert pq.read_table(staged.changed[name]).to_pylist() == rows.to_pylist()


def test_cells_are_stored_trimmed_and_in_canonical_form(stage: Stage) -> None:
    text = (
        "\ufeffRole, Organization ID ,NAME,account no,currency\r\n"
        "VENDOR, microsoft ,u00 Micro\u00a0soft 00a\u00a0,0007,eur\r\n\r\n , ,,,\r\n"
        "distributor,dist,D,,\r\nreseller,resell,R,,\r\ncustomer,cust,C,,"
    )
    staged = stage({**GOOD, "organizations.csv": text})
    assert staged.counts["organizations"] == 4
    row = pq.read_table(staged.changed["organizations"]).to_pylist()[2]
    given = {name: value for name, value in row.items() if value is not None}
    assert given == {
        "organization_id": "microsoft",
        "account_no": "7",
        "role": "vendor",
        "name": "u00 Micro\u00a0soft 00a",
        "currency": "EUR",
    }
    fixed = pq.read_table(staged.changed["price_rules"]).to_pylist()[2]
    assert (fixed["charge_class"], fixed["currency"]) == ("Correction", "EUR")
    assert fixed["value"] == "5.25"
    assert pq.read_table(staged.changed["price_list"]).to_pylist()[0]["sku_id"] == "0001"


def test_a_second_load_of_the_same_folder_changes_nothing(stage: Stage) -> None:
    first = stage(GOOD)
    second = stage(GOOD, first.files)
    assert second.is_unchanged
    assert (second.changed, second.ended) == ({}, {})
    assert (second.counts, second.digest) == (first.counts, first.digest)


def test_the_order_of_rows_and_columns_changes_nothing(stage: Stage) -> None:
    header, *rows = GOOD["contracts.csv"].splitlines()
    turned = [",".join(reversed(line.split(","))) for line in (header, *reversed(rows))]
    first, second = stage(GOOD), stage({**GOOD, "contracts.csv": "\n".join(turned)})
    assert second.digest == first.digest


def test_a_changed_row_ends_the_old_one_and_the_others_stay(stage: Stage) -> None:
    first = stage(GOOD)
    text = "rule_id,contract_id,kind,value,valid_from\nr1,c2,markup,6,2021-01-01\n"
    second = stage({"price_rules.csv": text}, first.files)
    assert second.changes == {"price_rules": 1}
    assert pq.read_table(second.changed["price_rules"]).to_pylist()[0]["value"] == "6"
    assert {name: pq.read_table(at).to_pylist() for name, at in second.ended.items()} == {
        "price_rules": [{"rule_id": "r1", "valid_from": "2021-01-01"}]
    }
    assert second.counts == first.counts
    assert second.digest != first.digest
    values = pq.read_table(second.files["price_rules"]).column("value").to_pylist()
    assert values == ["6", "10.25", "5.25", None]


def test_a_row_with_an_empty_key_cell_is_found_again(stage: Stage) -> None:
    first = stage(GOOD)
    text = "from,to,source,base_rate,date\nUSD,EUR,ECB,0.85,2021-11-01\n"
    second = stage({"exchange_rates.csv": text}, first.files)
    assert second.counts["exchange_rates"] == 2
    assert pq.read_table(second.ended["exchange_rates"]).to_pylist() == [
        {
            "organization_id": None,
            "from": "USD",
            "to": "EUR",
            "source": "ECB",
            "date": "2021-11-01",
        }
    ]


def test_a_new_row_is_checked_against_the_rows_in_force(stage: Stage) -> None:
    first = stage(GOOD)
    text = "rule_id,contract_id,kind,value,valid_from\nr9,c2,markup,6,2021-06-01\n"
    with pytest.raises(ReferenceRefused) as refused:
        stage({"price_rules.csv": text}, first.files)
    assert str(refused.value) == (
        "price_rules.csv row 1, column 'rule_id': ranks equal to rule 'r1' on 2021-06-01"
    )


def test_a_stored_file_without_a_younger_column_is_read(stage: Stage, tmp_path: Path) -> None:
    first = stage(GOOD)
    old = tmp_path / "old.parquet"
    pq.write_table(pq.read_table(first.files["price_rules"]).drop(["charge_free"]), old)
    assert stage(GOOD, {**first.files, "price_rules": old}).is_unchanged


def test_an_export_loads_as_no_change_and_is_stable(
    stage: Stage, engine: Engine, tmp_path: Path
) -> None:
    first = stage(GOOD)
    export_folder(engine, first.files, folder=tmp_path / "once")
    export_folder(engine, first.files, folder=tmp_path / "once")
    again = stage_folder(engine, tmp_path / "once", current={}, drafts=tmp_path / "again")
    export_folder(engine, again.files, folder=tmp_path / "twice")
    once, twice = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("once", "twice")
    )
    assert once == twice
    assert set(once) == set(GOOD)
    assert again.digest == first.digest
    loaded = stage_folder(engine, tmp_path / "once", current=first.files, drafts=tmp_path / "third")
    assert loaded.is_unchanged
    assert once["exchange_rates.csv"] == (
        b"organization_id,from,to,source,base_rate,surcharge,date\n"
        b",USD,EUR,ECB,0.86,,2021-11-01\n"
        b"dist,USD,EUR,Custom,0.87,2,2021-11-01\n"
    )


def test_an_export_writes_only_what_has_rows(stage: Stage, engine: Engine, tmp_path: Path) -> None:
    staged = stage({"plans.csv": "plan_id,name\n10,b\n9,a\n"})
    export_folder(engine, staged.files, folder=tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["plans.csv"]
    text = (tmp_path / "out" / "plans.csv").read_text()
    assert text == "plan_id,name,category,billing_model,category_id\n9,a,,,\n10,b,,,\n"


def test_an_export_does_not_leave_rows_that_are_not_in_force(
    stage: Stage, engine: Engine, tmp_path: Path
) -> None:
    staged = stage({"plans.csv": "plan_id,name\n10,b\n"})
    folder = write(tmp_path / "out", {"orders.csv": "order_id\n"})
    with pytest.raises(Conflict, match=r"holds a orders\.csv, but no orders are in force"):
        export_folder(engine, staged.files, folder=folder)
    assert [path.name for path in folder.iterdir()] == ["orders.csv"]


def test_every_kind_of_column_is_known() -> None:
    kinds = {field.kind for resource in RESOURCES.values() for field in resource.fields}
    assert {kind.removeprefix("optional_") for kind in kinds} <= set(KINDS)


def test_two_hundred_thousand_subscriptions_load_in_a_minute(
    stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    header = GOOD["subscriptions.csv"].split("\n", 1)[0]
    rows = (
        f"s{n},microsoft,v{n},e{n % 7},c3,Seats {n},10,{n % 50},2021-10-01,2021-10-01,"
        for n in range(SUBSCRIPTIONS)
    )
    files = {**GOOD, "subscriptions.csv": "\n".join((header, *rows))}
    begin = time.monotonic()
    first = stage(files)
    loaded = time.monotonic()
    assert stage(files, first.files).is_unchanged
    record_property("seconds", f"{loaded - begin:.2f} first, {time.monotonic() - loaded:.2f} again")
    assert first.counts["subscriptions"] == SUBSCRIPTIONS
    assert time.monotonic() - begin < SECONDS_MAX
