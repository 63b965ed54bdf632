"""`tieout init`, `reference` and `load`: what goes in, and what is refused."""

import gzip
import shutil
from decimal import ROUND_DOWN, Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from cli_case import DEMO, MONTH_FILE, Program, lake_files, subtotal

HEADER = MONTH_FILE.read_text().splitlines()[0]
FIRST_ROW = MONTH_FILE.read_text().splitlines()[1]
LOAD_FIELDS = {
    *("file", "fileId", "format", "period", "status", "rows", "loaded", "rejected"),
    *("notices", "totals", "seconds"),
}
TOTAL_FIELDS = {"invoiceNumber", "currency", "rows", "subtotal", "taxTotal", "total"}
BAD_FILES = {
    "shopping.csv": ("apples,pears\n1,2\n", "no known format has this header"),
    "nothing.csv": ("", "empty"),
    "header.csv": (HEADER + "\n", "header but no rows"),
    "lacking.csv": (
        f"{HEADER.replace(',EffectiveUnitPrice,', ',Other,')}\n{FIRST_ROW}\n",
        "lacks EffectiveUnitPrice",
    ),
}


def test_init_makes_a_store_and_a_second_init_finds_it(bare: Program) -> None:
    assert bare("init", "--json").json == {"home": str(bare.home), "new": True}
    assert (bare.home / "catalog.sqlite").is_file()
    assert bare("--json", "init").json == {"home": str(bare.home), "new": False}


@pytest.mark.parametrize("command", ["load x.csv", "run 2021-10", "rejected", "verify-store"])
def test_a_command_before_init_says_what_to_do(bare: Program, command: str) -> None:
    said = bare(*command.split())
    assert (said.code, said.out) == (1, "")
    assert said.err == "tieout: no store here yet: run `tieout init` first\n"


def test_reference_data_loads_once_and_a_second_load_changes_nothing(bare: Program) -> None:
    bare("init")
    first = bare("reference", "load", DEMO / "reference", "--json").json
    counts = {
        path.stem: len(path.read_text().splitlines()) - 1
        for path in (DEMO / "reference").glob("*.csv")
    }
    assert {k: v for k, v in first["rows"].items() if v} == counts
    assert (first["snapshot"], first["unchanged"]) == (1, False)
    before = lake_files(bare.home)
    second = bare("reference", "load", DEMO / "reference", "--json").json
    assert (second["snapshot"], second["unchanged"], second["changed"]) == (1, True, {})
    assert lake_files(bare.home) == before


def test_a_faulty_reference_folder_is_refused_as_a_whole(
    referenced: Program, tmp_path: Path
) -> None:
    folder = shutil.copytree(DEMO / "reference", tmp_path / "faulty")
    rules = folder / "price_rules.csv"
    rules.write_text(rules.read_text().replace("markup,10,", "markup,ten,"))
    said = referenced("reference", "load", folder, "--json")
    assert (said.code, said.out) == (1, "")
    assert "price_rules.csv row 3, column 'value'" in said.err
    assert "price_rules.csv row 4, column 'value'" in said.err
    again = referenced("reference", "load", DEMO / "reference", "--json").json
    assert (again["snapshot"], again["unchanged"]) == (1, True)


def test_an_export_is_stable_and_loads_again_as_no_change(
    referenced: Program, tmp_path: Path
) -> None:
    assert referenced("reference", "export", tmp_path / "one").code == 0
    said = referenced("reference", "export", tmp_path / "two", "--json").json
    assert said["snapshot"] == 1
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two")
    )
    assert one == two
    assert len(one) > 3
    again = referenced("reference", "load", tmp_path / "one", "--json").json
    assert (again["snapshot"], again["unchanged"]) == (1, True)


def test_a_loaded_file_is_reported_with_its_rows_and_money(referenced: Program) -> None:
    said = referenced("load", "--json", MONTH_FILE)
    assert said.code == 0
    (file,) = said.json["files"]
    assert set(file) >= LOAD_FIELDS
    assert file["fileId"] == sha256(MONTH_FILE.read_bytes()).hexdigest()
    assert [file[k] for k in ("file", "format", "period", "status", "rows")] == [
        *("october-2021.csv", "ms_nce_recon", "2021-10", "loaded"),
        31,
    ]
    assert (file["loaded"], file["rejected"]) == (30, 1)
    assert float(file["seconds"]) >= 0
    (total,) = file["totals"]
    assert set(total) >= TOTAL_FIELDS
    assert (total["invoiceNumber"], total["currency"]) == ("G012345678", "EUR")
    assert total["rows"] == 30
    assert Decimal(total["subtotal"]) == subtotal(without=("bad-01",))
    assert Decimal(total["total"]) == subtotal(without=("bad-01",))  # no tax in this file
    assert Decimal(total["taxTotal"]) == 0


def test_the_same_file_again_says_so_and_changes_nothing(loaded: Program, tmp_path: Path) -> None:
    catalog = (loaded.home / "catalog.sqlite").read_bytes()
    before = lake_files(loaded.home)
    other = shutil.copy(MONTH_FILE, tmp_path / "renamed.csv")
    said = loaded("load", other, "--json")
    assert said.code == 0
    (file,) = said.json["files"]
    assert (file["status"], file["totals"]) == ("duplicate_file", [])
    assert "loaded before as october-2021.csv" in file["notices"][0]
    assert "loaded before as october-2021.csv" in said.err
    assert lake_files(loaded.home) == before
    assert (loaded.home / "catalog.sqlite").read_bytes() == catalog


def test_a_dash_reads_standard_input(referenced: Program) -> None:
    said = referenced("load", "-", "--json", stdin=MONTH_FILE.read_bytes())
    assert said.code == 0
    (file,) = said.json["files"]
    assert (file["file"], file["status"], file["loaded"]) == ("-", "loaded", 30)
    assert file["fileId"] == sha256(MONTH_FILE.read_bytes()).hexdigest()


def test_a_folder_is_loaded_with_everything_in_it_but_hidden_files(
    referenced: Program, tmp_path: Path
) -> None:
    inner = tmp_path / "delivery" / "inner"
    inner.mkdir(parents=True)
    (inner / ".hidden").write_text("not for us")
    (inner / "first.csv").write_text(MONTH_FILE.read_text())
    other = MONTH_FILE.read_text().replace("G012345678", "G000000002")
    (tmp_path / "delivery" / "second.csv.gz").write_bytes(gzip.compress(other.encode()))
    said = referenced("load", tmp_path / "delivery", "--json")
    assert said.code == 0
    found = {f["file"]: (f["status"], f["loaded"]) for f in said.json["files"]}
    assert found == {"first.csv": ("loaded", 30), "second.csv.gz": ("loaded", 30)}
    numbers = [t["invoiceNumber"] for f in said.json["files"] for t in f["totals"]]
    assert sorted(numbers) == ["G000000002", "G012345678"]


def test_a_file_and_its_gzip_copy_in_one_load_are_counted_once(
    referenced: Program, tmp_path: Path
) -> None:
    copy = tmp_path / "october-2021.csv.gz"
    copy.write_bytes(gzip.compress(MONTH_FILE.read_bytes()))
    said = referenced("load", MONTH_FILE, copy, "--json")
    assert said.code == 0
    first, second = said.json["files"]
    assert (first["status"], second["status"]) == ("loaded", "duplicate_file")
    assert Decimal(first["totals"][0]["subtotal"]) == subtotal(without=("bad-01",))


def test_strict_ends_with_3_when_a_row_is_rejected_and_still_loads(referenced: Program) -> None:
    assert referenced("load", "--strict", MONTH_FILE).code == 3
    (file,) = referenced("load", MONTH_FILE, "--json").json["files"]
    assert file["status"] == "duplicate_file"


def test_strict_ends_with_0_when_no_row_is_rejected(referenced: Program, tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_text(f"{HEADER}\n{FIRST_ROW}\n")
    assert referenced("load", "--strict", good).code == 0


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence_and_nothing_is_stored(
    referenced: Program, tmp_path: Path, name: str
) -> None:
    content, cause = BAD_FILES[name]
    (tmp_path / name).write_text(content)
    catalog = (referenced.home / "catalog.sqlite").read_bytes()
    before = lake_files(referenced.home)
    said = referenced("load", tmp_path / name)
    assert (said.code, said.out) == (1, "")
    (sentence,) = said.err.splitlines()
    assert sentence.startswith(f"tieout: {name}: ")
    assert cause in sentence
    assert lake_files(referenced.home) == before
    assert (referenced.home / "catalog.sqlite").read_bytes() == catalog


def test_a_file_that_is_not_there_is_refused_by_name(referenced: Program) -> None:
    said = referenced("load", "lost.csv")
    assert (said.code, said.out) == (1, "")
    assert said.err == "tieout: lost.csv: No such file or directory\n"


def test_one_refused_file_does_not_hold_up_the_others(referenced: Program, tmp_path: Path) -> None:
    bad = tmp_path / "shopping.csv"
    bad.write_text(BAD_FILES["shopping.csv"][0])
    said = referenced("load", bad, MONTH_FILE, "--json")
    assert said.code == 1
    refused, taken = said.json["files"]
    assert (refused["file"], refused["status"]) == ("shopping.csv", "refused")
    assert (refused["rows"], refused["totals"]) == (0, [])
    assert BAD_FILES["shopping.csv"][1] in refused["notices"][0]
    assert (taken["status"], taken["loaded"]) == ("loaded", 30)
    assert "tieout: shopping.csv: " in said.err
    (file,) = referenced("load", MONTH_FILE, "--json").json["files"]
    assert file["status"] == "duplicate_file"


def test_a_period_may_be_given(referenced: Program) -> None:
    (file,) = referenced("load", "--period", "2021-11", MONTH_FILE, "--json").json["files"]
    assert file["period"] == "2021-11"
    assert referenced("run", "2021-10").code == 1
    assert referenced("run", "2021-11", "--json").json["vendorLines"] == 30


def test_a_file_name_with_brackets_is_printed_as_it_is(referenced: Program, tmp_path: Path) -> None:
    source = shutil.copy(MONTH_FILE, tmp_path / "oct [bold] [final].csv")
    said = referenced("load", source)
    assert said.code == 0
    assert said.out.startswith("oct [bold] [final].csv: ms_nce_recon, 31 rows read")


def test_an_expected_total_that_differs_refuses_with_exit_1(referenced: Program) -> None:
    before = lake_files(referenced.home)
    said = referenced("load", MONTH_FILE, "--expect-total", "EUR=1.00", "--json")
    assert (said.code, said.out) == (1, "")
    assert "expected EUR 1.00, but the files say" in said.err
    assert lake_files(referenced.home) == before
    readable = subtotal(without=("bad-01",))
    paper = readable.quantize(Decimal("0.01"), ROUND_DOWN)
    said = referenced("load", MONTH_FILE, "--expect-total", f"EUR={paper}", "--json")
    assert said.code == 0
    assert said.json["files"][0]["status"] == "loaded"


@pytest.mark.parametrize("value", ["EUR", "EUR=", "EUR=1,00", "=1.00", "EUR=1e3", "EUR=١"])
def test_an_expected_total_that_is_no_amount_is_wrong_usage(
    referenced: Program, value: str
) -> None:
    said = referenced("load", MONTH_FILE, "--expect-total", value)
    assert said.code == 2
    assert "--expect-total" in said.err


def test_control_totals_are_shown_by_customer(loaded: Program) -> None:
    said = loaded("totals", "G012345678", "--json")
    assert said.code == 0
    (file,) = said.json["files"]
    assert Decimal(file["subtotal"]) == subtotal(without=("bad-01",))
    customers = said.json["customers"]
    assert sum(Decimal(c["subtotal"]) for c in customers) == Decimal(file["subtotal"])
    assert len(customers) > 1
    assert "by customer" in loaded("totals", "G012345678").out
    assert loaded("totals", "G999999999").code == 1
