"""Lines that come after their month closed: billed by the next one or held; new versions too."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from late_case import (
    LATE,
    NEXT,
    OCTOBER,
    Told,
    arrive,
    close_october,
    load,
    set_contracts,
    write_lines,
    write_november,
)
from october import FOUR_PARTIES, NOW, PERIOD
from sqlalchemy import select
from store_case import everything
from stored import stored_lines

from tieout import pipeline
from tieout.errors import Conflict, NotFound
from tieout.pipeline import Choice, Word
from tieout.store.catalog import invoice
from tieout.store.house import House

RECOMPUTE = Path(__file__).parents[2] / "bench" / "recompute.py"
LAST = "2021-12"
ANNA = Word(by="anna", now=NOW)
FACTOR = {1: Fraction(1), 2: Fraction(105, 100), 3: Fraction(105 * 110, 10_000)}  # F-CHAIN
CHAIN: dict[str, Any] = {"chain": FOUR_PARTIES, "rules": {2: ("markup", "5"), 3: ("markup", "10")}}
OF_OCTOBER = ("invoice_number", "total_amount", "status_id", "revision", "output_digest")


def closed(house: House, folder: Path) -> None:
    """Bill October, all of it verified; late lines go to the next invoice."""
    close_october(house, folder, **CHAIN)


def held(house: House, folder: Path) -> None:
    """Bill October; the contract of hop 2 holds late lines."""
    close_october(house, folder, late_lines={2: "hold"}, **CHAIN)


def adjusted(house: House, folder: Path) -> None:
    """Bill October; the contract of hop 2 has late lines on adjustments."""
    close_october(house, folder, late_lines={2: "adjustment_invoice"}, **CHAIN)


def half_closed(house: House, folder: Path) -> None:
    """Bill October; hop 2 is verified, hop 3 a draft."""
    close_october(house, folder, status={3: "new"}, **CHAIN)


def headers(house: House, period: str) -> dict[int, dict[str, Any]]:
    """Give a month's invoices by hop."""
    with house.catalog.read() as connection:
        made = (invoice.c.period == period, invoice.c.source_id == 1)
        rows = connection.execute(select(invoice).where(*made)).mappings()
        return {row["hop"]: dict(row) for row in rows}


def adjustments(house: House) -> list[tuple[Any, ...]]:
    """Give hop, status and total of October's adjustments, in the order they came."""
    names = ("hop", "status_id", "total_amount")
    made = (invoice.c.period == PERIOD, invoice.c.source_id == 5)
    with house.catalog.read() as connection:
        rows = connection.execute(select(invoice).where(*made)).mappings()
        found = sorted(rows, key=lambda row: (row["run_id"], row["hop"]))
    return [tuple(row[name] for name in names) for row in found]


def told(house: House, period: str) -> dict[int, tuple[Any, ...]]:
    """Give what a buyer knows of a month's invoices, by hop."""
    return {
        hop: tuple(one[name] for name in OF_OCTOBER) for hop, one in headers(house, period).items()
    }


def late_sums(house: House, period: str) -> dict[int, dict[str, Fraction]]:
    """Give the detail totals of a month's late lines by hop and the vendor's row id."""
    sums: dict[int, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for line in stored_lines(house, period, kind="detail_line"):
        if line["part"] == f"late {PERIOD}":
            sums[line["hop"]][line["vendor_invoice_row_id"]] += Fraction(line["total_price"])
    return {hop: dict(by_id) for hop, by_id in sums.items()}


def lines_of_files(house: House, period: str) -> list[list[str]]:
    """Give all that a month's run kept of its lines and rows, but for the run's name."""
    return [
        sorted(repr({**row, "run_id": None}) for row in stored_lines(house, period, kind=kind))
        for kind in ("charge", "detail_line", "invoice_line")
    ]


def at_hops(totals: dict[str, str]) -> dict[int, dict[str, Fraction]]:
    """Give what vendor totals come to at each hop of F-CHAIN."""
    return {
        hop: {name: Fraction(total) * factor for name, total in totals.items()}
        for hop, factor in FACTOR.items()
    }


def run(house: House, *periods: str) -> list[dict[str, Any]]:
    """Run months; give their summaries."""
    return [pipeline.run_period(house, period, now=NOW) for period in periods]


def recomputed(house: House, folder: Path, *periods: str) -> None:
    """Recompute the certificates of months without tieout."""
    for period in periods:
        path = folder / f"{period}.json"
        path.write_text(json.dumps(pipeline.certificate_of(house, period)))
        done = subprocess.run(
            [sys.executable, RECOMPUTE, path, house.lake.root],
            capture_output=True,
            check=False,
            text=True,
        )
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "agrees"), done.stdout


def tell(house: House, path: Path, lines: Iterable[Told]) -> list[str]:
    """Load another version of October's vendor invoice; give what was said of it."""
    notices = load(house, write_lines(path, lines, number="G012345678"))
    return [one for one in notices if "G012345678" in one]


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
    assert october["carriedTo"] == [{"period": NEXT, **said}]
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
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    assert late_sums(house, NEXT) == {}
    reference = tmp_path / "reference"
    pipeline.export_reference(house, reference)
    set_contracts(reference, late_lines={2: "next_invoice"})
    pipeline.load_reference(house, reference, now=NOW)
    run(house, PERIOD)
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


# oct-01 for 11 seats, oct-11 gone, a line more
SECOND = {**{n: one for n, one in OCTOBER.items() if n != 11}, 12: LATE}
SECOND[1] = (1, "new", 1, "11", "3", "33")
THIRD = {**SECOND, 1: (1, "new", 1, "12", "3", "36"), 11: OCTOBER[11]}


def test_a_new_version_takes_back_what_is_gone_and_bills_what_is_new(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    before, kept = told(house, PERIOD), lines_of_files(house, PERIOD)
    said, late = tell(house, tmp_path / "second.csv", reversed(SECOND.values()))
    assert said.endswith(": 2 rows added, 2 removed, 9 unchanged")
    assert (
        "4 lines differ from what 2021-10 was billed from, by -17.08 EUR" in late
    )  # 33-30-12.55-7.53
    run(house, PERIOD)
    assert (told(house, PERIOD), lines_of_files(house, PERIOD)) == (before, kept)
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    difference = {"oct-01": "3", "oct-11": "-12.55", "oct-12": "-7.53"}
    assert late_sums(house, NEXT) == at_hops(difference)
    keys = [line["match_key"] for line in stored_lines(house, NEXT, kind="charge")]
    assert len(set(keys)) == len(keys) == 5
    recomputed(house, tmp_path, PERIOD, NEXT)
    assert pipeline.certificate_of(house, PERIOD)["inputs"][0]["total"] == "-0.03"
    # a third version, when both months are verified, is compared with what both billed
    tell(house, tmp_path / "third.csv", THIRD.values())
    november = told(house, NEXT)
    run(house, PERIOD, NEXT, LAST)
    assert (told(house, PERIOD), told(house, NEXT)) == (before, november)
    assert late_sums(house, LAST) == at_hops({"oct-01": "3", "oct-11": "12.55"})
    recomputed(house, tmp_path, PERIOD, NEXT, LAST)
    state = everything(house)
    run(house, PERIOD, NEXT, LAST)
    assert everything(house) == state
    billed = sum(
        Fraction(one["detail_total"])
        for month in (PERIOD, NEXT, LAST)
        for hop, one in headers(house, month).items()
        if hop == 3
    )
    vendor = sum(Fraction(line[-1]) for line in THIRD.values()) + 15
    assert billed == vendor * FACTOR[3]


def test_a_version_that_changes_no_verified_line_is_no_change(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    other = {"CustomerName": "Nobody"}
    load(house, write_lines(tmp_path / "more.csv", [LATE], SubscriptionId="sub-2", **other))
    run(house, PERIOD)  # parked: nobody owns it
    before, state = told(house, PERIOD), pipeline.certificate_of(house, PERIOD)["hops"]
    changed = [(*LATE[:3], "3", "-3.765", "-11.295")]
    load(house, write_lines(tmp_path / "again.csv", changed, SubscriptionId="sub-2", **other))
    run(house, PERIOD)
    certificate = pipeline.certificate_of(house, PERIOD)
    assert (told(house, PERIOD), certificate["hops"]) == (before, state)
    assert certificate["late"]["count"] == 0
    assert certificate["parked"]["amounts"] == [{"currency": "EUR", "amount": "-11.295"}]


def test_a_draft_that_bills_late_lines_is_verified_with_those_known(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(half_closed)
    load(house, write_november(tmp_path / "november.csv"))
    arrive(house, tmp_path, LATE)
    run(house, NEXT)
    draft = headers(house, NEXT)[3]["invoice_id"]
    more = (13, "removeQuantity", 4, "1", "-1", "-1")
    load(house, write_lines(tmp_path / "more.csv", [more], number="G088888888"))
    run(house, PERIOD)
    run(house, NEXT)  # hop 2 of November is verified already: the second line waits
    assert late_sums(house, NEXT) == at_hops({"oct-12": "-7.53"})
    done = pipeline.verify_invoices(house, Choice(names=(draft,)), word=ANNA)
    assert [one["totalAmount"] for one in done["verified"]] == ["8.63"]
    first = pipeline.certificate_of(house, NEXT)["runId"]
    assert pipeline.diff_runs(house, first, after=NEXT)["inputs"] == []
    run(house, LAST)
    assert late_sums(house, LAST) == at_hops({"oct-13": "-1"})


def explained(house: House, name: str) -> tuple[dict[str, Any] | None, list[str]]:
    """Give what an explanation says of lateness, and the totals; every figure is recomputed."""
    (one,) = pipeline.explain_named(house, name)["lines"]
    assert one["differences"] == []
    return one["late"], [hop["totalPrice"] for hop in one["hops"]]


def test_an_explanation_tells_where_a_late_line_is_billed(store_at: Any, tmp_path: Path) -> None:
    house = store_at(closed)
    tell(house, tmp_path / "second.csv", SECOND.values())
    run(house, PERIOD)
    old, new = (f"{name}.csv:1" for name in ("october", "second"))
    late, totals = explained(house, new)
    assert late is not None
    assert (late["period"], late["billedIn"], totals) == (PERIOD, None, [])
    late, totals = explained(house, old)
    assert late is not None
    assert (late["isTakenBack"], late["takenBackIn"]) == (True, None)
    assert totals == ["30", "31.5", "34.65"]  # reporting-api.md 7.4
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    late, totals = explained(house, new)
    assert late is not None
    assert (late["period"], late["billedIn"], late["isTakenBack"]) == (PERIOD, NEXT, False)
    assert totals == ["33", "34.65", "38.115"]
    replaced = pipeline.explain_named(house, old)["lines"][0]["vendorLineId"]
    assert late["replaces"] == replaced
    late, _ = explained(house, old)
    assert late is not None
    assert (late["billedIn"], late["takenBackIn"]) == (PERIOD, NEXT)
    assert explained(house, "october.csv:2")[0] is None


def test_a_held_line_is_explained_without_a_difference(store_at: Any, tmp_path: Path) -> None:
    house = store_at(held)
    arrive(house, tmp_path, LATE)
    (one,) = pipeline.explain_named(house, "late.csv:1")["lines"]
    assert (one["parked"]["reason"], one["differences"]) == ("LATE_AFTER_CLOSE", [])


def test_late_lines_go_to_adjustments_where_the_contract_says_so(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(adjusted)
    before = told(house, PERIOD)
    arrive(house, tmp_path, LATE)
    assert told(house, PERIOD) == before
    # -7.53 x 1.05 = -7.9065 and x 1.10 = -8.69715
    first = [(1, 0, "-7.53"), (2, 0, "-7.91"), (3, 0, "-8.7")]
    assert adjustments(house) == first
    state = everything(house)
    run(house, PERIOD)
    assert everything(house) == state
    assert explained(house, "late.csv:1")[1] == ["-7.53", "-7.9065", "-8.69715"]
    more = (13, "removeQuantity", 4, "1", "-1", "-1")
    load(house, write_lines(tmp_path / "more.csv", [more], number="G088888888"))
    run(house, PERIOD)  # all drafts: they are made anew, with both lines
    both = [(1, 0, "-8.53"), (2, 0, "-8.96"), (3, 0, "-9.85")]
    assert adjustments(house) == both
    with pytest.raises(Conflict, match="made by the runs of its month"):
        pipeline.discard_document(house, _ids(house)[3], word=ANNA)
    verified = pipeline.verify_invoices(house, Choice(names=(_ids(house)[2],)), word=ANNA)
    (one,) = verified["verified"]
    assert (one["hop"], one["totalAmount"]) == (2, "-8.96")
    third = (14, "removeQuantity", 4, "1", "-2", "-2")
    load(house, write_lines(tmp_path / "third.csv", [third], number="G077777777"))
    run(house, PERIOD)  # the first ones stay; what comes now goes to others
    new = [(1, 0, "-2"), (2, 0, "-2.1"), (3, 0, "-2.31")]
    assert adjustments(house) == [both[0], (2, 1, "-8.96"), both[2], *new]
    assert told(house, PERIOD) == before
    certificate = pipeline.certificate_of(house, PERIOD)
    assert certificate["late"]["amounts"] == [{"currency": "EUR", "amount": "-10.53"}]
    assert [(one["lines"], one["isAdjustment"]) for one in certificate["carriedTo"]] == [
        (2, True),
        (1, True),
    ]
    recomputed(house, tmp_path, PERIOD)
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    assert late_sums(house, NEXT) == {}
    pipeline.verify_invoices(house, Choice(period=PERIOD), word=ANNA)
    assert {status for _, status, _ in adjustments(house)} == {1}
    state = everything(house)
    run(house, PERIOD, NEXT)
    assert everything(house) == state


def _ids(house: House) -> dict[int, str]:
    made = (invoice.c.period == PERIOD, invoice.c.source_id == 5)
    with house.catalog.read() as connection:
        rows = connection.execute(select(invoice.c.hop, invoice.c.invoice_id).where(*made))
        return {row.hop: row.invoice_id for row in rows}
