"""New versions of verified vendor invoices, adjustments, and late lines explained."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from late_case import LATE, NEXT, OCTOBER, arrive, load, write_lines, write_november
from late_store import (
    ANNA,
    FACTOR,
    LAST,
    adjusted,
    adjustments,
    at_hops,
    closed,
    half_closed,
    headers,
    held,
    late_sums,
    lines_of_files,
    recomputed,
    run,
    tell,
    told,
)
from october import PERIOD
from sqlalchemy import select
from store_case import everything
from stored import stored_lines

from tieout import pipeline
from tieout.errors import Conflict, InputsChanged
from tieout.pipeline import Choice
from tieout.store.catalog import invoice
from tieout.store.house import House

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
    late, _ = explained(house, "second.csv:2")  # oct-02, told again
    assert late is not None
    assert late["sameAs"] == f"{replaced[:17]}2"


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
    number = _number_of_vendors(house)
    more = (13, "removeQuantity", 4, "1", "-1", "-1")
    load(house, write_lines(tmp_path / "more.csv", [more], number="G088888888"))
    run(house, PERIOD)  # drafts but for the vendor's: they are made anew, with both lines
    both = [(1, 0, "-8.53"), (2, 0, "-8.96"), (3, 0, "-9.85")]
    assert adjustments(house) == both
    pipeline.verify_store(house)  # the audit says that the vendor's document went
    assert _number_of_vendors(house) == number == "microsoft-2021-11-0001"
    both[0] = (1, 1, "-8.53")
    with pytest.raises(Conflict, match="made by the runs of its month"):
        pipeline.discard_document(house, _ids(house)[3], word=ANNA)
    # hop 3 waits for hop 2; hop 1 is the vendor's own document (reporting-api.md 8.1)
    ids = _ids(house)
    with pytest.raises(Conflict, match=f"one hop above: invoice {ids[2]}"):
        pipeline.verify_invoices(house, Choice(names=(ids[3],)), word=ANNA)
    (one,) = pipeline.verify_invoices(house, Choice(names=(ids[2],)), word=ANNA)["verified"]
    assert (one["hop"], one["totalAmount"]) == (2, "-8.96")
    third = (14, "removeQuantity", 4, "1", "-2", "-2")
    load(house, write_lines(tmp_path / "third.csv", [third], number="G077777777"))
    run(house, PERIOD)  # the first ones stay; what comes now goes to others
    new = [(1, 0, "-2"), (2, 0, "-2.1"), (3, 0, "-2.31")]
    assert adjustments(house) == [both[0], (2, 1, "-8.96"), both[2], *new]
    assert told(house, PERIOD) == before
    certificate = pipeline.certificate_of(house, PERIOD)
    assert certificate["late"]["amounts"] == [{"currency": "EUR", "amount": "-10.53"}]
    told_to = [(one["lines"], one["isAdjustment"]) for one in certificate["carriedTo"]]
    assert told_to == [(2, True), (1, True)]
    recomputed(house, tmp_path, PERIOD)
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    assert late_sums(house, NEXT) == {}
    pipeline.verify_invoices(house, Choice(period=PERIOD), word=ANNA)
    assert {status for _, status, _ in adjustments(house)} == {1}
    state = everything(house)
    run(house, PERIOD, NEXT)
    assert everything(house) == state


def _number_of_vendors(house: House) -> str:
    """Verify the vendor's own adjustment; give its number."""
    vendors = Choice(names=(_ids(house)[1],))
    (one,) = pipeline.verify_invoices(house, vendors, word=ANNA)["verified"]
    return str(one["invoiceNumber"])


def _ids(house: House) -> dict[int, str]:
    made = (invoice.c.period == PERIOD, invoice.c.source_id == 5)
    with house.catalog.read() as connection:
        rows = connection.execute(select(invoice.c.hop, invoice.c.invoice_id).where(*made))
        return {row.hop: row.invoice_id for row in rows}


@pytest.mark.parametrize("catalog_kind", ["sqlite"])  # what the catalog is has no say
def test_an_adjustment_is_verified_as_previewed_and_with_its_parked_lines_in_sight(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(adjusted)
    stray = {"SubscriptionId": "sub-9", "CustomerName": "Nobody", "VendorInvoiceRowId": "stray"}
    both = [
        write_lines(tmp_path / f"{name}.csv", [LATE], number="G066666666", **columns).read_text()
        for name, columns in (("own", {}), ("stray", stray))
    ]
    late = tmp_path / "late.csv"
    late.write_text(both[0] + both[1].splitlines(keepends=True)[1])
    load(house, late)
    run(house, PERIOD)
    assert [one[1:] for one in adjustments(house)] == [(0, "-7.53"), (0, "-7.91"), (0, "-8.7")]
    names = (_ids(house)[2],)
    with pytest.raises(Conflict, match="1 parked lines of vendor invoice G066666666 could belong"):
        pipeline.verify_invoices(house, Choice(names=names), word=ANNA)
    more = (13, "removeQuantity", 4, "1", "-1", "-1")
    load(house, write_lines(tmp_path / "more.csv", [more], number="G088888888"))
    wanted = Choice(names=names, accept_parked="asked")
    with pytest.raises(InputsChanged):  # the month's run does not know of this line
        pipeline.verify_invoices(house, wanted, word=ANNA)
    run(house, PERIOD)
    (one,) = pipeline.verify_invoices(house, wanted, word=ANNA)["verified"]
    assert (one["hop"], one["totalAmount"]) == (2, "-8.96")  # (-7.53 - 1) x 1.05
    accepted = pipeline.certificate_of(house, PERIOD)["acceptedParked"]
    assert accepted == [
        {"invoiceId": names[0], "invoiceNumber": one["invoiceNumber"], "reason": "asked"}
    ]
