"""Lines that come after their month closed: billed by the next one, or held."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from late_case import LATE, NEXT, arrive, load, write_lines, write_november
from late_store import (
    ANNA,
    LAST,
    all_drafts,
    at_hops,
    closed,
    half_closed,
    headers,
    held,
    late_sums,
    let_go,
    lines_of_files,
    recomputed,
    run,
    told,
)
from october import NOW, PERIOD, write_vendor_file
from store_case import everything
from stored import stored_lines

from tieout import pipeline
from tieout.errors import Conflict, InputsChanged, NotFound
from tieout.pipeline import Choice
from tieout.store.house import House

ON_SQLITE = pytest.mark.parametrize("catalog_kind", ["sqlite"])  # what the catalog is has no say


def test_the_next_month_bills_a_late_line_and_the_closed_one_stays(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    pipeline.export_reference(house, tmp_path / "reference")
    before, kept = told(house, PERIOD), lines_of_files(house, PERIOD)
    arrive(house, tmp_path, LATE)
    assert told(house, PERIOD) == before
    assert lines_of_files(house, PERIOD) == kept
    load(house, write_november(tmp_path / "november.csv"))
    (done,) = run(house, NEXT)
    assert (done["vendorLines"], done["detailLines"], done["invoices"]) == (1, 6, 3)
    assert late_sums(house, NEXT) == at_hops({"oct-12": "-7.53"})
    # each consolidated line is rounded once: 15 x 1.05 and -7.53 x 1.05, then x 1.10
    totals = {hop: Fraction(one["total_amount"]) for hop, one in headers(house, NEXT).items()}
    assert totals == {1: Fraction("7.47"), 2: Fraction("7.84"), 3: Fraction("8.63")}
    rows = [row for row in stored_lines(house, NEXT, kind="invoice_line") if row["part"]]
    own = headers(house, PERIOD)
    assert {row["hop"]: row["adjusts_invoice_id"] for row in rows} == {
        hop: one["invoice_id"] for hop, one in own.items()
    }
    assert headers(house, NEXT)[1]["invoice_number"] == "G011111111"  # the vendor's own document
    october, november = (pipeline.certificate_of(house, month) for month in (PERIOD, NEXT))
    said = {"currency": "EUR", "lines": 1, "amount": "-7.53"}
    assert october["late"] == {"count": 1, "amounts": [{"currency": "EUR", "amount": "-7.53"}]}
    assert october["carriedTo"] == [{"period": NEXT, "isAdjustment": False, **said}]
    assert november["carriedIn"] == [{"period": PERIOD, **said}]
    assert (november["hops"][0]["vendorTotal"], november["hops"][0]["detailTotal"]) == (
        "15",
        "7.47",
    )
    recomputed(house, tmp_path, PERIOD, NEXT)
    state = everything(house)
    run(house, PERIOD, NEXT, PERIOD, NEXT)
    assert everything(house) == state
    assert (
        pipeline.load_files(house, [("late.csv", tmp_path / "late.csv")], now=NOW)[0]["status"]
        == "duplicate_file"
    )
    for period in (PERIOD, NEXT):
        rated = pipeline.what_if(house, period, folder=tmp_path / "reference")
        assert rated["comparedWith"].startswith("run ")
        assert {hop["totalDifference"] for hop in rated["hops"]} == {"0"}


def test_a_held_line_is_parked_until_its_contract_lets_it_go(store_at: Any, tmp_path: Path) -> None:
    house = store_at(held)
    before = told(house, PERIOD)
    arrive(house, tmp_path, LATE)
    assert told(house, PERIOD) == before
    (line,) = pipeline.parked_lines(house, period=PERIOD)["parked"]
    assert (line["reason"], line["hop"], line["amount"]) == ("LATE_AFTER_CLOSE", 2, "-7.53")
    recomputed(house, tmp_path, PERIOD)
    let_go(house, tmp_path)
    assert pipeline.parked_lines(house, period=PERIOD)["parked"] == []
    assert told(house, PERIOD) == before
    own = told(house, NEXT)
    run(house, NEXT, LAST)  # November is verified: the line waits for a month that is open
    assert told(house, NEXT) == own
    assert late_sums(house, LAST) == at_hops({"oct-12": "-7.53"})


def test_a_month_is_run_again_before_later_ones_forget_what_came_late(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    load(house, write_lines(tmp_path / "late.csv", [LATE]))
    load(house, write_november(tmp_path / "november.csv"))
    before = everything(house)
    with pytest.raises(
        Conflict, match="2021-10 has verified invoices and vendor files that its run"
    ):
        run(house, NEXT)
    assert everything(house) == before
    run(house, PERIOD, NEXT)
    assert late_sums(house, NEXT) == at_hops({"oct-12": "-7.53"})


def test_late_lines_alone_make_drafts_that_the_months_own_file_joins(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    arrive(house, tmp_path, LATE)
    (done,) = run(house, NEXT)
    assert (done["vendorLines"], done["detailLines"]) == (0, 3)
    assert {one["status_id"] for one in headers(house, NEXT).values()} == {0}
    recomputed(house, tmp_path, NEXT)
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    found = headers(house, NEXT)
    assert {one["status_id"] for one in found.values()} == {1}
    assert found[1]["invoice_number"] == "G011111111"
    assert Fraction(found[3]["total_amount"]) == Fraction("8.63")
    with pytest.raises(NotFound, match="no vendor invoice of period"):
        run(house, "2021-09")


def test_with_hop_2_verified_and_hop_3_a_draft_a_late_line_leaves_both(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(half_closed)
    before = told(house, PERIOD)
    arrive(house, tmp_path, LATE)
    assert told(house, PERIOD) == before
    (verified,) = pipeline.verify_invoices(house, Choice(period=PERIOD), word=ANNA)["verified"]
    assert (verified["hop"], verified["totalAmount"]) == (3, "19.69")  # reporting-api.md 7.4
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    assert late_sums(house, NEXT) == at_hops({"oct-12": "-7.53"})
    run(house, PERIOD, NEXT)
    assert {hop: one["total_amount"] for hop, one in headers(house, PERIOD).items()} == {
        hop: one[1] for hop, one in before.items()
    }


def test_a_draft_made_before_a_line_came_late_is_run_again(store_at: Any, tmp_path: Path) -> None:
    house = store_at(all_drafts)
    pipeline.verify_invoices(house, Choice(period=PERIOD), word=ANNA)
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    arrive(house, tmp_path, LATE)
    with pytest.raises(InputsChanged) as refused:
        pipeline.verify_invoices(house, Choice(period=NEXT), word=ANNA)
    (change,) = refused.value.changes
    assert change.startswith(f"carriedLine {PERIOD}|+")
    before = pipeline.certificate_of(house, NEXT)["runId"]
    run(house, NEXT)
    assert late_sums(house, NEXT) == at_hops({"oct-12": "-7.53"})
    moved = pipeline.diff_runs(house, before, after=NEXT)
    assert [(one["kind"], one["change"]) for one in moved["inputs"]] == [("carriedLine", "added")]
    assert [one["difference"] for one in moved["totals"]] == ["-7.53", "-7.9065", "-8.69715"]
    done = pipeline.verify_invoices(house, Choice(period=NEXT), word=ANNA)["verified"]
    assert [one["totalAmount"] for one in done] == ["7.84", "8.63"]


def test_a_parked_line_that_finds_its_place_after_verification_is_late(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    load(house, write_lines(tmp_path / "other.csv", [LATE], SubscriptionId="sub-2"))
    run(house, PERIOD)
    before = told(house, PERIOD)
    assert [one["reason"] for one in pipeline.parked_lines(house)["parked"]] == ["NO_SUBSCRIPTION"]
    reference = tmp_path / "reference"
    pipeline.export_reference(house, reference)
    path = reference / "subscriptions.csv"
    rows = path.read_text().splitlines()
    path.write_text(
        "\n".join([*rows, rows[1].replace("s-1", "s-2").replace("sub-1", "sub-2")]) + "\n"
    )
    pipeline.load_reference(house, reference, now=NOW)
    run(house, PERIOD)
    assert (told(house, PERIOD), pipeline.parked_lines(house)["parked"]) == (before, [])
    run(house, NEXT)
    assert late_sums(house, NEXT) == at_hops({"oct-12": "-7.53"})
    recomputed(house, tmp_path, PERIOD, NEXT)


def moved(house: House, path: Path, period: str) -> str:
    """Give a loaded file's invoice another month; give what was said."""
    wishes = pipeline.Wishes(period=period, by="anna")
    (report,) = pipeline.load_files(house, [(path.name, path)], wishes=wishes, now=NOW)
    (said,) = report["notices"]
    return str(said)


def test_an_invoice_put_into_a_closed_month_by_mistake_is_put_back(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    before = told(house, PERIOD)
    path = write_november(tmp_path / "november.csv")
    wishes = pipeline.Wishes(period=PERIOD)
    pipeline.load_files(house, [(path.name, path)], wishes=wishes, now=NOW)
    run(house, PERIOD, NEXT)  # its line is late in October, and a draft of November bills it
    assert pipeline.certificate_of(house, PERIOD)["late"]["count"] == 1
    assert {one["status_id"] for one in headers(house, NEXT).values()} == {0}
    assert moved(house, path, NEXT).endswith(f"period {NEXT} is now that of invoice G011111111")
    run(house, PERIOD, NEXT)
    assert told(house, PERIOD) == before
    assert pipeline.certificate_of(house, PERIOD)["late"]["count"] == 0
    assert late_sums(house, NEXT) == {}
    assert [headers(house, NEXT)[hop]["total_amount"] for hop in (1, 2, 3)] == [
        *("15", "15.75", "17.33")  # x 1.05 x 1.10
    ]
    entry = pipeline.read_audit(house, subject="G011111111")["entries"][-1]
    assert (entry["by"], entry["action"]) == ("anna", "move")
    assert (entry["before"], entry["after"]) == ({"period": PERIOD}, {"period": NEXT})
    recomputed(house, tmp_path, PERIOD, NEXT)
    with pytest.raises(Conflict, match="stays in 2021-11: verified invoices bill 1 lines of it"):
        moved(house, path, PERIOD)


@ON_SQLITE
def test_a_month_whose_only_invoice_was_moved_is_emptied(store_at: Any, tmp_path: Path) -> None:
    house = store_at(all_drafts)
    path = write_vendor_file(tmp_path / "october.csv")
    vendors = headers(house, PERIOD)[1]
    moved(house, path, NEXT)
    (october, november) = run(house, PERIOD, NEXT)
    assert (october["invoices"], november["invoices"]) == (0, 3)
    assert headers(house, PERIOD) == {}
    assert headers(house, NEXT)[1]["total_amount"] == vendors["total_amount"]
    entry = pipeline.read_audit(house, subject=vendors["invoice_id"])["entries"][-1]
    assert entry["action"] == "withdraw"
    assert pipeline.certificate_of(house, PERIOD)["hops"] == []
    recomputed(house, tmp_path, PERIOD, NEXT)


@ON_SQLITE
def test_late_lines_of_two_vendor_invoices_leave_the_vendors_document_its_number(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    arrive(house, tmp_path, LATE)
    more = (13, "removeQuantity", 4, "1", "-1", "-1")
    load(house, write_lines(tmp_path / "more.csv", [more], number="G088888888"))
    load(house, write_november(tmp_path / "november.csv"))
    run(house, PERIOD, NEXT)
    vendors = headers(house, NEXT)[1]
    assert Fraction(vendors["total_amount"]) == 15 - Fraction("8.53")
    assert vendors["invoice_number"] == "G011111111"
    rows = [row for row in stored_lines(house, NEXT, kind="invoice_line") if row["hop"] == 1]
    assert {row["vendor_invoice_number"] for row in rows} == {"G011111111", None}  # of two
    with pytest.raises(Conflict, match="stays in 2021-10: verified invoices bill 1 lines of it"):
        moved(house, tmp_path / "late.csv", LAST)  # November is verified, with the late line on it
