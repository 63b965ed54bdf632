"""What takes billed lines back explains itself, and waits in sight where its contract holds it."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from late_case import LATE, NEXT, OCTOBER, arrive, load, set_contracts, write_november
from late_store import (
    ANNA,
    FACTOR,
    LAST,
    closed,
    headers,
    held,
    late_sums,
    let_go,
    recomputed,
    run,
    tell,
    told,
)
from october import PERIOD
from store_case import everything
from stored import stored_lines

from tieout import pipeline
from tieout.errors import Conflict
from tieout.pipeline import Credit
from tieout.report.visibility import Viewer
from tieout.store.house import House

pytestmark = pytest.mark.parametrize("catalog_kind", ["sqlite"])  # which one it is has no say
GONE = 11  # oct-11, of 12.55
KEPT = [one for line, one in OCTOBER.items() if line != GONE]
ELEVEN_SEATS = (1, "new", 1, "11", "3", "33")  # of oct-01, which was billed for 10


def the_line(house: House, name: str, viewer: Viewer | None = None) -> dict[str, Any]:
    """Explain one line; every figure is recomputed."""
    (one,) = pipeline.explain_named(house, name, viewer=viewer)["lines"]
    assert one["differences"] == []
    found: dict[str, Any] = one
    return found


def key_of(house: House, row_id: str, *, is_taken_back: bool) -> str:
    """Give the match key of a line that November bills late."""
    (one,) = [
        line["match_key"]
        for line in stored_lines(house, NEXT, kind="detail_line")
        if line["part"] == f"late {PERIOD}" and line["hop"] == 1
        if (line["vendor_invoice_row_id"], line["total_price"] < 0) == (row_id, is_taken_back)
    ]
    return str(one)


def billed_key(house: House, row_id: str) -> str:
    (one,) = [
        line["match_key"]
        for line in stored_lines(house, PERIOD, kind="charge")
        if line["vendor_invoice_row_id"] == row_id
    ]
    return str(one)


def test_a_line_taken_back_says_which_and_why(store_at: Any, tmp_path: Path) -> None:
    house = store_at(closed)
    tell(house, tmp_path / "second.csv", [ELEVEN_SEATS, *KEPT[1:]])
    load(house, write_november(tmp_path / "november.csv"))
    run(house, PERIOD, NEXT)
    original = the_line(house, "october.csv:11")
    back = the_line(house, key_of(house, "oct-11", is_taken_back=True))
    assert (back["period"], back["runId"]) == (NEXT, pipeline.published_run(house, NEXT))
    late = back["late"]
    assert (late["period"], late["billedIn"]) == (PERIOD, NEXT)
    assert late["takesBack"] == {
        "vendorLineId": original["vendorLineId"],
        "matchKey": billed_key(house, "oct-11"),
    }
    assert late["why"] == "a newer version of vendor invoice G012345678 has it no more"
    totals = [Fraction(hop["totalPrice"]) for hop in back["hops"]]
    assert totals == [-Fraction("12.55") * factor for factor in FACTOR.values()]
    last = back["hops"][2]["steps"][-1]
    assert (last["step"], last["value"]) == ("take_back", back["hops"][2]["totalPrice"])
    assert back["hops"][0]["costTotalPrice"] is None
    assert back["hops"][1]["costTotalPrice"] == "-12.55"
    # the line itself is explained as it was billed
    assert [Fraction(hop["totalPrice"]) for hop in original["hops"]] == [-total for total in totals]
    replaced = the_line(house, key_of(house, "oct-01", is_taken_back=True))
    new = the_line(house, "second.csv:1")["vendorLineId"]
    assert replaced["late"]["why"] == (
        f"a newer version of vendor invoice G012345678 has another line in its place: {new}"
    )
    # a buyer is told which line of its own, and nothing of the vendor
    key = key_of(house, "oct-11", is_taken_back=True)
    seen = the_line(house, key, Viewer("customer", sees_cost=False))
    assert seen["takesBack"] == {"period": PERIOD, "matchKey": billed_key(house, "oct-11")}
    (hop,) = seen["hops"]
    assert (hop["direction"], Fraction(hop["totalPrice"])) == ("incoming", totals[2])
    assert "late" not in seen
    assert "12.55" not in str(seen)
    assert "second.csv" not in str(seen)
    own = the_line(house, billed_key(house, "oct-11"), Viewer("customer", sees_cost=False))
    assert own["takesBack"] is None
    assert Fraction(own["hops"][0]["totalPrice"]) == -totals[2]


def test_every_line_of_a_vanished_invoice_is_explained(store_at: Any, tmp_path: Path) -> None:
    house = store_at(closed)
    tell(house, tmp_path / "second.csv", [OCTOBER[6]])
    run(house, PERIOD, NEXT)
    gone = [line for line in OCTOBER if line != 6]
    sums = late_sums(house, NEXT)[2]
    assert set(sums) == {f"oct-{line:02}" for line in gone}
    for line in stored_lines(house, NEXT, kind="charge"):
        back = the_line(house, line["match_key"])
        assert Fraction(back["hops"][1]["totalPrice"]) == sums[line["vendor_invoice_row_id"]]
        assert back["late"]["takesBack"]["vendorLineId"].startswith(line["file_id"][:16])


def test_no_two_versions_of_a_line_share_a_key(store_at: Any, tmp_path: Path) -> None:
    """oct-01 is told for 10, 11 and 12 seats; oct-12 comes twice, the second time beside itself."""
    house = store_at(closed)
    second = {**OCTOBER, 1: ELEVEN_SEATS, 12: LATE}
    tell(house, tmp_path / "second.csv", second.values())
    load(house, write_november(tmp_path / "november.csv"))
    run(house, PERIOD, NEXT)
    third = [(1, "new", 1, "12", "3", "36"), *list(second.values())[1:], (*LATE[:3], "1", "1", "1")]
    tell(house, tmp_path / "third.csv", third)
    run(house, PERIOD, NEXT, LAST)
    lines = [
        line for month in (PERIOD, NEXT, LAST) for line in stored_lines(house, month, kind="charge")
    ]
    late = [(line["vendor_invoice_row_id"]) for line in lines if line["part"]]
    assert sorted(late) == ["oct-01"] * 4 + ["oct-12"] * 2  # two taken back, four added
    keys = [line["match_key"] for line in lines]
    assert len(set(keys)) == len(keys) == 11 + 1 + len(late)
    (line,) = pipeline.explain_named(house, billed_key(house, "oct-01"))["lines"]
    assert line["file"] == "october.csv"


def test_what_a_contract_holds_is_parked_with_its_money(store_at: Any, tmp_path: Path) -> None:
    house = store_at(held)
    before = told(house, PERIOD)
    tell(house, tmp_path / "second.csv", [ELEVEN_SEATS, *KEPT[1:]])
    (done,) = run(house, PERIOD)
    assert (done["parked"], done["late"]) == (3, 0)
    original = the_line(house, "october.csv:11")
    found = pipeline.parked_lines(house, period=PERIOD)
    waiting = {one["amount"]: one for one in found["parked"]}
    assert set(waiting) == {"-30", "33", "-12.55"}  # oct-01 anew, and oct-11
    line = waiting["-12.55"]
    assert line["vendorLineId"] == original["vendorLineId"]
    assert (line["reason"], line["hop"], line["currency"]) == ("LATE_AFTER_CLOSE", 2, "EUR")
    assert (found["totals"][0]["count"], found["totals"][0]["amount"]) == (3, "-9.55")
    assert original["late"]["takeBackIsHeld"]
    certificate = pipeline.certificate_of(house, PERIOD)
    assert certificate["status"] == "quarantine_open"
    assert certificate["parked"] == {
        "count": 3,
        "amounts": [{"currency": "EUR", "amount": "-9.55"}],
    }
    assert certificate["late"] == {"count": 0, "amounts": []}
    (told_of,) = pipeline.vendor_certificates(house, PERIOD)["vendorInvoices"]
    assert (told_of["status"], told_of["parked"]["count"]) == ("quarantine_open", 3)
    recomputed(house, tmp_path, PERIOD)
    rules = tmp_path / "rules"
    pipeline.export_reference(house, rules)
    set_contracts(rules, late_lines={2: "next_invoice"})
    (freed,) = pipeline.what_if(house, PERIOD, folder=rules)["lineTotals"]
    assert (freed["reasonBefore"], freed["reasonAfter"]) == ("LATE_AFTER_CLOSE", None)
    assert (freed["count"], freed["amount"]) == (3, "-9.55")
    let_go(house, tmp_path)
    assert pipeline.parked_lines(house, period=PERIOD)["parked"] == []
    assert pipeline.certificate_of(house, PERIOD)["late"]["count"] == 3
    assert told(house, PERIOD) == before
    assert not the_line(house, "october.csv:11")["late"]["takeBackIsHeld"]


def test_late_rows_get_no_other_price_and_the_answer_says_what_to_do(
    store_at: Any, tmp_path: Path
) -> None:
    house = store_at(closed)
    arrive(house, tmp_path, LATE)
    load(house, write_november(tmp_path / "november.csv"))
    run(house, NEXT)
    number = headers(house, NEXT)[3]["invoice_number"]
    rows = {
        bool(row["part"]): row["row_id"]
        for row in stored_lines(house, NEXT, kind="invoice_line")
        if row["hop"] == 3
    }
    before = everything(house)
    with pytest.raises(Conflict) as refused:
        pipeline.credit_invoice(house, Credit(number, reprice=True), word=ANNA)
    said = str(refused.value)
    assert said.startswith("1 of 2 rows bill lines that came late for an earlier month")
    assert f"credit them without --reprice (--row {rows[True]}), whole or by --amount" in said
    assert f"`tieout charge --invoice {number}`" in said
    assert everything(house) == before
    # what the answer names is possible: -7.53 x 1.05 x 1.10 is billed as -8.70
    made = pipeline.credit_invoice(house, Credit(number, row_ids=[rows[True]]), word=ANNA)
    assert made["totalAmount"] == "8.70"
    others = Credit(number, row_ids=[rows[False]], reprice=True)
    with pytest.raises(Conflict, match="nothing is to credit"):  # the price is the same as before
        pipeline.credit_invoice(house, others, word=ANNA)
