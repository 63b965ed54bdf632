"""`tieout run`, `parked`, `rejected`, `certificate`, `invoices`: what comes out."""

import fcntl
import getpass
from decimal import Decimal
from pathlib import Path

import pytest
from cli_case import DEMO, MONTH_FILE, PERIOD, Program, demo_rows, lake_files, subtotal

RUN_FIELDS = {
    *("period", "runId", "snapshot", "vendorLines", "matched", "parked", "detailLines"),
    *("invoices", "inputDigest", "outputDigest", "seconds"),
}
CERTIFICATE_FIELDS = {
    *("period", "status", "hops", "inputs", "rejected", "parked", "inputDigest"),
    *("outputDigest", "previousDigest"),
}
HOP_FIELDS = {
    *("hop", "currency", "lines", "vendorTotal", "detailTotal", "residual", "invoiceTotal"),
}
PARKED_FIELDS = {
    *("vendorLineId", "file", "rowNumber", "period", "reason", "hop", "amount", "currency"),
    *("owner", "firstRun"),
}
REJECTED_FIELDS = {"file", "rowNumber", "line", "column", "reason", "cells"}
BAD, NOBODY = "bad-01", "nob-01"
BILLED = len(demo_rows()) - 2  # neither the broken row nor the one that nobody owns


def _row_number(mark: str) -> int:
    return [row["VendorInvoiceRowId"] for row in demo_rows()].index(mark) + 1


def test_a_run_tells_what_it_did(loaded: Program) -> None:
    said = loaded("run", PERIOD, "--json")
    assert said.code == 0
    done = said.json
    assert set(done) >= RUN_FIELDS
    assert (done["period"], done["snapshot"]) == (PERIOD, 1)
    assert (done["vendorLines"], done["matched"], done["parked"]) == (BILLED + 1, BILLED, 1)
    assert done["detailLines"] == 3 * BILLED
    # vendor to distributor, distributor to two resellers, resellers to five customers
    assert done["invoices"] == 1 + 2 + 5


def test_a_second_run_gives_the_same_digests_and_ids(billed: Program) -> None:
    first = billed("certificate", PERIOD, "--json").json
    before = lake_files(billed.home)
    second = billed("run", PERIOD, "--json").json
    for field in ("inputDigest", "outputDigest", "runId"):
        assert second[field] == first[field]
    assert billed("certificate", PERIOD, "--json").json == first
    billed("gc")
    assert lake_files(billed.home) == before


def test_a_second_run_keeps_ids_and_numbers_of_invoices(billed: Program) -> None:
    first = billed("invoices", "--json").json
    assert billed("run", PERIOD).code == 0
    assert billed("invoices", "--json").json == first


def test_a_period_without_vendor_invoices_is_refused(loaded: Program) -> None:
    said = loaded("run", "2021-09", "--json")
    assert (said.code, said.out) == (1, "")
    assert said.err == "tieout: no vendor invoice of period '2021-09'\n"


def test_a_run_without_reference_data_is_refused_in_one_sentence(bare: Program) -> None:
    bare("init")
    assert bare("load", MONTH_FILE).code == 0
    said = bare("run", PERIOD)
    assert (said.code, said.out) == (1, "")
    assert said.err == "tieout: no reference data 'nothing was loaded yet'\n"
    assert bare("certificate", PERIOD).code == 1


def test_who_loaded_reference_data_is_in_the_audit(referenced: Program, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    rates = "from,to,source,base_rate,date\nUSD,EUR,ECB,0.86,2021-11-01\n"
    (tmp_path / "new" / "exchange_rates.csv").write_text(rates)
    assert referenced("reference", "load", tmp_path / "new", "--by", "Ann").code == 0
    first, second = referenced("audit", "show", "--json").json["entries"]
    assert (first["by"], first["subjectId"]) == (getpass.getuser(), "snapshot 1")
    assert second["after"].pop("files") != first["after"]["files"]
    assert (second["by"], second["after"]) == ("Ann", {"exchange_rates": 1})


def test_a_strict_run_ends_with_3_when_lines_are_parked_and_still_bills(loaded: Program) -> None:
    assert loaded("run", PERIOD, "--strict").code == 3
    assert loaded("certificate", PERIOD, "--json").json["parked"]["count"] == 1


def test_the_parked_line_is_listed_with_its_money(billed: Program) -> None:
    found = billed("parked", "--json").json
    (line,) = found["parked"]
    assert set(line) >= PARKED_FIELDS
    assert (line["reason"], line["hop"], line["owner"]) == ("NO_SUBSCRIPTION", None, None)
    assert (line["file"], line["rowNumber"]) == ("october-2021.csv", _row_number(NOBODY))
    assert (line["period"], line["currency"]) == (PERIOD, "EUR")
    assert Decimal(line["amount"]) == subtotal(marks=(NOBODY,)) == Decimal("47.11")
    (total,) = found["totals"]
    assert (total["reason"], total["currency"], total["count"]) == ("NO_SUBSCRIPTION", "EUR", 1)
    assert Decimal(total["amount"]) == Decimal("47.11")
    assert billed("parked", "--period", "2021-09", "--json").json == {"parked": [], "totals": []}


def test_a_parked_line_is_placed_once_its_subscription_is_known(
    billed: Program, tmp_path: Path
) -> None:
    folder = tmp_path / "reference"
    assert billed("reference", "export", folder).code == 0
    path = folder / "subscriptions.csv"
    text = path.read_text()
    owned = next(line for line in text.splitlines() if line.startswith("s-havenlab-e3,"))
    new = owned.replace("s-havenlab-e3", "s-havenlab-exchange").replace("700106", "700107")
    new = new.replace("-000000000006", "-000000000007")
    path.write_text(f"{text.rstrip()}\n{new}\n")
    assert billed("reference", "load", folder).code == 0
    assert billed("run", PERIOD, "--json").json["parked"] == 0
    found = billed("certificate", PERIOD, "--json").json
    assert Decimal(found["hops"][0]["detailTotal"]) == subtotal(without=(BAD,))
    assert found["previousDigest"] is not None
    assert billed("parked", "--json").json["parked"] == []


def test_the_rejected_row_is_listed_with_its_place_and_its_cells(loaded: Program) -> None:
    (row,) = loaded("rejected", "--json").json["rejected"]
    assert set(row) >= REJECTED_FIELDS
    number = _row_number(BAD)
    assert (row["file"], row["rowNumber"], row["line"]) == ("october-2021.csv", number, number + 1)
    assert (row["column"], row["reason"]) == ("ChargeStartDate", "'31/31/2021' is not a date")
    assert row["cells"] == list(demo_rows()[number - 1].values())


def test_a_rejected_cell_with_brackets_is_printed_as_it_is(
    referenced: Program, tmp_path: Path
) -> None:
    source = tmp_path / "brackets.csv"
    source.write_text(MONTH_FILE.read_text().replace("31/31/2021", "[/b]"))
    assert referenced("load", source).code == 0
    said = referenced("rejected")
    assert said.code == 0
    assert "'[/b]'" in said.out


def test_the_certificate_accounts_for_every_row_and_cent(billed: Program) -> None:
    said = billed("certificate", PERIOD, "--json")
    assert said.code == 0
    found = said.json
    assert set(found) >= CERTIFICATE_FIELDS
    assert (found["period"], found["status"]) == (PERIOD, "quarantine_open")
    assert found["rejected"]["count"] == found["parked"]["count"] == 1
    assert found["rejected"]["amounts"] == [{"currency": "EUR", "amount": "29"}]
    assert found["parked"]["amounts"] == [{"currency": "EUR", "amount": "47.11"}]
    (source,) = found["inputs"]
    assert (source["file"], source["currency"]) == ("october-2021.csv", "EUR")
    assert source["rows"] == len(demo_rows())
    assert Decimal(source["total"]) == subtotal() == Decimal("749.54491316")
    for hop in found["hops"]:
        assert set(hop) >= HOP_FIELDS
        assert (hop["currency"], hop["lines"]) == ("EUR", BILLED)
        lines = Decimal(hop["detailTotal"]) + Decimal(hop["residual"])
        assert lines == Decimal(hop["invoiceTotal"])
    first, second, third = found["hops"]
    assert Decimal(first["vendorTotal"]) == subtotal(without=(BAD, NOBODY))
    assert first["detailTotal"] == first["vendorTotal"]
    assert second["vendorTotal"] is third["vendorTotal"] is None
    assert Decimal(second["detailTotal"]) == subtotal(without=(BAD, NOBODY)) * Decimal("1.05")


def test_a_certificate_of_a_month_that_was_not_run_is_refused(loaded: Program) -> None:
    said = loaded("certificate", PERIOD, "--json")
    assert (said.code, said.out) == (1, "")
    assert said.err == "tieout: no run of period '2021-10'\n"


def test_the_invoices_add_up_to_the_certificate(billed: Program) -> None:
    found = billed("invoices", "--period", PERIOD, "--json").json["invoices"]
    parties = [(i["hop"], i["providerId"], i["consumerId"]) for i in found]
    assert parties == [
        (1, "microsoft", "northlane"),
        (2, "northlane", "brightwater"),
        (2, "northlane", "kadewerk"),
        (3, "brightwater", "molenaar"),
        (3, "brightwater", "tulpfabriek"),
        (3, "brightwater", "zuiderzee"),
        (3, "kadewerk", "havenlab"),
        (3, "kadewerk", "kadezorg"),
    ]
    totals = {i["consumerId"]: i for i in found}
    # reporting-api.md 7.4, and the refund of the demo: all of it came back
    assert (totals["molenaar"]["totalAmount"], totals["molenaar"]["detailTotal"]) == (
        *("19.69", "19.69275"),
    )
    assert Decimal(totals["tulpfabriek"]["totalAmount"]) == 0
    assert totals["northlane"]["invoiceNumber"] == "G012345678"
    for invoice in found:
        total, detail = Decimal(invoice["totalAmount"]), Decimal(invoice["detailTotal"])
        assert total == detail + Decimal(invoice["roundingResidual"])
    hops = billed("certificate", PERIOD, "--json").json["hops"]
    for hop in hops:
        of_hop = [Decimal(i["totalAmount"]) for i in found if i["hop"] == hop["hop"]]
        assert sum(of_hop) == Decimal(hop["invoiceTotal"])
    assert billed("invoices", "--period", "2021-09", "--json").json == {"invoices": []}


def test_verify_store_passes_and_tells_which_file_is_damaged(billed: Program) -> None:
    found = billed("verify-store", "--json").json
    headers = billed("invoices", "--json").json["invoices"]
    verified = [one for one in headers if one["statusId"] == 1]
    assert found == {
        "files": len(lake_files(billed.home)),
        "invoices": len(verified),
        "lines": sum(one["rowCount"] for one in verified),
        "status": "whole",
    }
    damaged = next((billed.home / "lake" / "detail_line").rglob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    said = billed("verify-store", "--json")
    assert (said.code, said.out) == (1, "")
    assert damaged.name in said.err


def test_gc_removes_what_nothing_names(billed: Program) -> None:
    before = lake_files(billed.home)
    litter = billed.home / "lake" / "tmp" / "half.parquet"
    litter.write_bytes(b"half")
    assert billed("gc", "--json").json == {
        "removed": ["tmp/half.parquet"],
        "answersForgotten": 0,
    }
    assert lake_files(billed.home) == before


@pytest.mark.parametrize("command", ["load", "run", "reference", "gc"])
def test_a_second_writer_is_refused_in_one_sentence(loaded: Program, command: str) -> None:
    words: dict[str, tuple[str | Path, ...]] = {
        "load": ("load", MONTH_FILE),
        "run": ("run", PERIOD),
        "reference": ("reference", "load", DEMO / "reference"),
        "gc": ("gc",),
    }
    with (loaded.home / "writer.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        said = loaded(*words[command])
    assert (said.code, said.out) == (1, "")
    sentence = "another load or run is at work on this store; try again when it ends"
    assert said.err == f"tieout: {sentence}\n"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "load",
        "load --period 2021-13 x.csv",
        "run",
        "run october",
        "run 2021-10 2021-11",
        "certificate 21-10",
        "parked --period now",
        "sing",
        "reference sing",
        "run 2021-10 --loud",
    ],
)
def test_wrong_usage_ends_with_2_and_a_hint(referenced: Program, wrong: str) -> None:
    said = referenced(*wrong.split())
    assert (said.code, said.out) == (2, "")
    assert "Usage: tieout" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "command",
    ["init", "rejected", "parked", "certificate 2021-10", "run 2021-10", "verify-store", "gc"],
)
def test_json_may_stand_before_or_after_the_command(billed: Program, command: str) -> None:
    before, after = billed("--json", *command.split()), billed(*command.split(), "--json")
    assert before.code == after.code == 0
    assert {**before.json, "seconds": ""} == {**after.json, "seconds": ""}
    assert before.err == after.err == ""


def test_the_vendors_arithmetic_is_checked_and_explained(billed: Program) -> None:
    said = billed("check-vendor", PERIOD, "--json")
    assert said.code == 0
    found = said.json
    assert found["period"] == PERIOD
    assert sum(entry["lines"] for entry in found["profiles"]) == 30
    assert sum(Decimal(entry["subtotal"]) for entry in found["profiles"]) == subtotal(
        without=("bad-01",)
    )
    assert (found["near"], found["unexplained"]) == ([], [])
    assert "unexplained: 0 lines" in billed("check-vendor", PERIOD).out
    assert billed("check-vendor", "2030-01").code == 1
