"""`tieout reference prices`: sheets go in whole or not at all, and come out as reference files."""

import csv
import io
import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest
from cli_case import DEMO, MONTH_FILE, Program, lake_files
from price_sheets import AZURE, FX, LICENCE, sheet

PRICE_LIST = """\
vendor_id,product_id,sku_id,term,billing_plan,market,segment,meter_id,currency,unit_price,\
erp_price,price_period,tier_min,tier_max,valid_from,valid_to
microsoft,CFQ7TTC0HDK0,0001,P1Y,Annual,US,,,USD,115.2,144,term,,,2019-02-01,2021-02-05
microsoft,DZH318Z0C16V,001J,payG-1,,US,,cb0969aa-aaaa-4d6c-ab4b-7e182fa06aff,USD,15,,,,,\
2018-03-01,
"""
RATES = """\
organization_id,from,to,source,base_rate,surcharge,date
,AED,USD,Microsoft,0.27224589249009701,,2019-09-01
"""


@pytest.fixture
def sheets(tmp_path: Path) -> dict[str, Path]:
    """Write the three documented sheets."""
    files = {}
    for name, form in (("licence", LICENCE), ("azure", AZURE), ("fx", FX)):
        files[name] = tmp_path / f"{name}.csv"
        files[name].write_text(sheet(form), newline="")
    return files


def versions(home: Path) -> list[tuple[str, str | None, int, int | None]]:
    """Give first day, end, and the snapshots from and to which a price was in force."""
    with sqlite3.connect(home / "catalog.sqlite") as connection:
        return connection.execute(
            "SELECT valid_from, valid_to, from_snapshot, to_snapshot FROM reference_price_list"
            " ORDER BY version_id"
        ).fetchall()


def test_sheets_become_reference_files_and_a_second_load_changes_nothing(
    referenced: Program, sheets: dict[str, Path], tmp_path: Path
) -> None:
    first = referenced("reference", "prices", *sheets.values(), "--json")
    assert first.code == 0, first.err
    assert (first.json["snapshot"], first.json["unchanged"]) == (2, False)
    assert first.json["changed"] == {"price_list": 2, "exchange_rates": 1}
    assert [(f["file"], f["format"], f["rows"], f["leftOut"]) for f in first.json["files"]] == [
        ("licence.csv", "ms_price_licence", 1, 0),
        ("azure.csv", "ms_price_azure", 1, 0),
        ("fx.csv", "ms_fx", 1, 0),
    ]
    before = lake_files(referenced.home)
    again = referenced("reference", "prices", *sheets.values(), "--json").json
    assert (again["snapshot"], again["unchanged"], again["changed"]) == (2, True, {})
    assert lake_files(referenced.home) == before
    assert referenced("reference", "export", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "price_list.csv").read_text() == PRICE_LIST
    assert (tmp_path / "out" / "exchange_rates.csv").read_text() == RATES
    loaded = referenced("reference", "load", tmp_path / "out", "--json").json
    assert (loaded["snapshot"], loaded["unchanged"]) == (2, True)


def test_a_person_reads_rows_and_notices(referenced: Program, tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(sheet(FX, {}, {"CurrencyCode": "HRK"}), newline="")
    said = referenced("reference", "prices", path)
    assert said.code == 0
    assert said.out.startswith("rates.csv: ms_fx, 2 rows read, ")
    assert said.err == (
        "tieout: rates.csv: left out, currencies that ISO 4217 does not have: HRK\n"
    )


def test_the_sheets_as_received_stay_in_the_lake(
    referenced: Program, sheets: dict[str, Path]
) -> None:
    referenced("reference", "prices", *sheets.values())
    kept = {
        Path(path).name.split(".")[0]
        for path in lake_files(referenced.home)
        if "price_sheet" in path
    }
    assert kept == {sha256(path.read_bytes()).hexdigest() for path in sheets.values()}
    assert referenced("gc", "--json").json["removed"] == []
    assert referenced("verify-store").code == 0
    # a later load still finds the reference data
    assert referenced("reference", "load", DEMO / "reference", "--json").json["unchanged"]


def test_the_next_month_ends_prices_and_deletes_nothing(
    referenced: Program, tmp_path: Path
) -> None:
    month = tmp_path / "month.csv"
    for start in ("2021-09-01T00:00:00Z", "2021-10-01T00:00:00Z"):
        cells = {"EffectiveStartDate": start, "EffectiveEndDate": "9999-11-30T23:59:59Z"}
        month.write_text(sheet(LICENCE, cells, {**cells, "SkuId": "2"}), newline="")
        assert referenced("reference", "prices", month).code == 0
    assert versions(referenced.home) == [
        ("2021-09-01", None, 2, 3),
        ("2021-09-01", None, 2, 3),
        ("2021-09-01", "2021-10-01", 3, None),
        ("2021-10-01", None, 3, None),
        ("2021-09-01", "2021-10-01", 3, None),
        ("2021-10-01", None, 3, None),
    ]


def test_a_fault_in_one_sheet_holds_back_all(
    referenced: Program, sheets: dict[str, Path], tmp_path: Path
) -> None:
    before = lake_files(referenced.home), versions(referenced.home)
    bad = tmp_path / "bad.csv"
    bad.write_text(sheet(AZURE, {"UnitPrice": "x", "Currency": "EURO"}) + "1,2\r\n", newline="")
    missing = tmp_path / "missing.csv"
    said = referenced("reference", "prices", *sheets.values(), bad, MONTH_FILE, missing, "--json")
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines() == [
        f"tieout: {missing}: No such file or directory",
        "bad.csv row 1, column 'Currency': 'EURO' is not an ISO 4217 currency with a minor unit",
        "bad.csv row 1, column 'UnitPrice': 'x' is not a number",
        "bad.csv row 2: has 2 cells, the header has 18",
        (
            "october-2021.csv: the header is that of ms_nce_recon, no price sheet;"
            " `tieout load` loads it (unknown_format)"
        ),
    ]
    assert (lake_files(referenced.home), versions(referenced.home)) == before


def test_load_sends_a_price_sheet_to_the_right_command(
    referenced: Program, sheets: dict[str, Path]
) -> None:
    said = referenced("load", sheets["azure"], "--json")
    assert said.code == 1
    (report,) = said.json["files"]
    (notice,) = report["notices"]
    assert notice == (
        "azure.csv: the header is that of ms_price_azure, no invoice file;"
        " `tieout reference prices` loads it (unknown_format)"
    )


def test_prices_need_a_file_and_a_store(bare: Program) -> None:
    assert bare("reference", "prices").code == 2
    assert bare("reference", "prices", "x.csv").code == 1


def test_a_month_is_billed_alike_with_and_without_price_sheets(
    loaded: Program, sheets: dict[str, Path]
) -> None:
    first = loaded("run", "2021-10", "--json").json
    assert loaded("reference", "prices", *sheets.values()).code == 0
    second = loaded("run", "2021-10", "--json").json
    assert second["outputDigest"] == first["outputDigest"]
    assert second["snapshot"] == first["snapshot"] + 1


def test_thousands_of_prices_are_written_as_the_sheet_has_them(
    referenced: Program, tmp_path: Path
) -> None:
    cells = [{"ProductId": f"P{n}", "UnitPrice": f"{n}.{n:04}"} for n in range(5000)]
    path, out = tmp_path / "many.csv", tmp_path / "out"
    path.write_text(sheet(AZURE, *cells), newline="")
    assert referenced("reference", "prices", path).code == 0
    assert referenced("reference", "export", out).code == 0
    rows = csv.DictReader(io.StringIO((out / "price_list.csv").read_text()))
    found = {row["product_id"]: row["unit_price"] for row in rows}
    assert found == {row["ProductId"]: row["UnitPrice"] for row in cells}
