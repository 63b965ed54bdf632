"""One of several equal vendor lines set aside by a person, counted everywhere, and taken back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from store_case import LATER, NOW, PERIOD, everything, invoices, load_month
from twin_case import (
    INVOICE,
    TWICE,
    WORD,
    added_up,
    billed_lines,
    line_id,
    rows,
    twins_as_drafts,
    twins_file,
    twins_verified,
    write,
)

from tieout import pipeline
from tieout.errors import Conflict, NotFound
from tieout.store.house import House

FIRST, SECOND, THIRD = TWICE + 1, 31, 32
ALL = {"vendorLines": 32, "matched": 31, "parked": 1, "setAside": 0}
AMOUNT = Fraction(rows()[TWICE]["Subtotal"])


@pytest.fixture
def house(store_at: Callable[[object], House]) -> House:
    """Give a store with the twins loaded."""
    return store_at(twins_as_drafts)


def decided(house: House) -> list[tuple[Any, ...]]:
    """Give every row of the decisions."""
    return everything(house)["line_decision"]


def first_hop(certificate: Mapping[str, Any]) -> Fraction:
    """Give what hop 1 bills."""
    return sum(
        (Fraction(h["detailTotal"]) for h in certificate["hops"] if h["hop"] == 1), Fraction(0)
    )


def money(certificate: Mapping[str, Any], kind: str) -> Fraction:
    """Give what the certificate says stands on no hop."""
    return sum((Fraction(one["amount"]) for one in certificate[kind]["amounts"]), Fraction(0))


def test_equal_lines_are_all_billed_until_a_person_says_otherwise(house: House) -> None:
    assert billed_lines(house) == ALL
    certificate = pipeline.certificate_of(house, PERIOD)
    assert certificate["setAside"] == {"count": 0, "amounts": [], "lines": []}
    assert first_hop(certificate) + money(certificate, "parked") == added_up(rows())


def test_a_line_set_aside_is_not_billed_but_counted(house: House, tmp_path: Path) -> None:
    path = twins_file(tmp_path)
    done = pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    assert (done["by"], done["reason"]) == ("ann", WORD.reason)
    assert billed_lines(house) == ALL | {"matched": 30, "setAside": 1}
    certificate = pipeline.certificate_of(house, PERIOD)
    (line,) = certificate["setAside"]["lines"]
    assert line == {
        "vendorLineId": line_id(path, SECOND),
        "fileId": line["fileId"],
        "file": path.name,
        "rowNumber": SECOND,
        "invoiceNumber": INVOICE,
        "amount": "33.6",
        "currency": "EUR",
        "reason": WORD.reason,
        "by": "ann",
        "at": "2021-11-03T09:30:00Z",
    }
    assert (certificate["setAside"]["count"], money(certificate, "setAside")) == (1, AMOUNT)
    (read,) = certificate["inputs"]
    assert (read["rows"], Fraction(read["total"])) == (32, added_up(rows()))
    parts = [money(certificate, kind) for kind in ("rejected", "parked", "setAside")]
    assert first_hop(certificate) + sum(parts) == added_up(rows())
    assert first_hop(certificate) + money(certificate, "parked") == added_up(rows()[:-1])


def test_the_control_totals_are_those_of_the_file_and_say_what_is_set_aside(
    house: House, tmp_path: Path
) -> None:
    path = twins_file(tmp_path)
    before = pipeline.control_totals(house, INVOICE)
    pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    pipeline.set_line_aside(house, line_id(path, FIRST), word=WORD)
    after = pipeline.control_totals(house, INVOICE)
    assert (after["files"], after["customers"]) == (before["files"], before["customers"])
    assert Fraction(after["files"][0]["subtotal"]) == added_up(rows())
    said = after["setAside"]
    assert (said["count"], [line["rowNumber"] for line in said["lines"]]) == (2, [FIRST, SECOND])
    assert [(a["currency"], Fraction(a["amount"])) for a in said["amounts"]] == [
        ("EUR", 2 * AMOUNT)
    ]


def test_taking_back_bills_the_line_again_and_keeps_both_decisions(
    house: House, tmp_path: Path
) -> None:
    path = twins_file(tmp_path)
    billed_lines(house)
    before = pipeline.certificate_of(house, PERIOD)
    pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    billed_lines(house)
    aside = pipeline.certificate_of(house, PERIOD)
    assert aside["inputDigest"] != before["inputDigest"]
    assert aside["outputDigest"] != before["outputDigest"]
    back = replace(WORD, by="bob", now=LATER, reason=None)
    pipeline.take_line_back(house, line_id(path, SECOND), word=back)
    assert billed_lines(house) == ALL
    after = pipeline.certificate_of(house, PERIOD)
    ignored = {"previousDigest": None, "audit": None}
    assert {**after, **ignored} == {**before, **ignored}
    assert [(row[3], row[4], row[5], row[6]) for row in decided(house)] == [
        ("set_aside", WORD.reason, "ann", "2021-11-03T09:30:00Z"),
        ("take_back", None, "bob", "2021-11-04T09:30:00Z"),
    ]


def test_which_of_the_equal_lines_is_set_aside_changes_no_figure_and_no_id(
    house: House, tmp_path: Path
) -> None:
    path = twins_file(tmp_path)
    digests, headers = set(), []
    for row_number in (FIRST, SECOND, THIRD):
        pipeline.set_line_aside(house, line_id(path, row_number), word=WORD)
        said = pipeline.run_period(house, PERIOD, now=NOW)
        digests.add((said["inputDigest"], said["outputDigest"]))
        headers.append({i["buyer_id"]: i["invoice_id"] for i in invoices(house).values()})
        pipeline.take_line_back(house, line_id(path, row_number), word=WORD)
    assert len(digests) == 1
    assert headers[0] == headers[1] == headers[2]


def test_the_reason_is_part_of_the_input_digest(house: House, tmp_path: Path) -> None:
    path = twins_file(tmp_path)
    digests = set()
    for reason in ("sent twice", "typed twice"):
        word = replace(WORD, reason=reason)
        pipeline.set_line_aside(house, line_id(path, SECOND), word=word)
        digests.add(pipeline.run_period(house, PERIOD, now=NOW)["inputDigest"])
        (line,) = pipeline.certificate_of(house, PERIOD)["setAside"]["lines"]
        assert line["reason"] == reason
        pipeline.take_line_back(house, line_id(path, SECOND), word=word)
    assert len(digests) == 2


def test_one_of_the_equal_lines_has_to_stay(house: House, tmp_path: Path) -> None:
    path = twins_file(tmp_path)
    for row_number in (THIRD, FIRST):
        pipeline.set_line_aside(house, line_id(path, row_number), word=WORD)
    before = everything(house)
    sentence = f"has to stay: its equals, rows {FIRST}, {THIRD}, are set aside already"
    with pytest.raises(Conflict, match=sentence):
        pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    assert everything(house) == before
    pipeline.take_line_back(house, line_id(path, FIRST), word=WORD)
    pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)


def test_a_line_without_an_equal_is_not_set_aside(house: House, tmp_path: Path) -> None:
    path = twins_file(tmp_path)
    with pytest.raises(Conflict, match=r"has no equal in twins.csv; only one of several equal"):
        pipeline.set_line_aside(house, line_id(path, 1), word=WORD)
    with pytest.raises(Conflict, match="is not set aside"):
        pipeline.take_line_back(house, line_id(path, 1), word=WORD)
    pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    with pytest.raises(Conflict, match="was set aside by ann at 2021-11-03T09:30:00Z already"):
        pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    assert len(decided(house)) == 1


@pytest.mark.parametrize("name", ["", "x", "-1", "0" * 16 + "-1"])
def test_what_is_no_vendor_line_is_not_found(house: House, tmp_path: Path, name: str) -> None:
    path = twins_file(tmp_path)
    for wrong in (name, line_id(path, 99)):
        with pytest.raises(NotFound, match="vendor line"):
            pipeline.set_line_aside(house, wrong, word=WORD)


def test_a_line_of_a_verified_month_is_neither_set_aside_nor_taken_back(
    store_at: Callable[[object], House], tmp_path: Path
) -> None:
    house, path = store_at(twins_verified), twins_file(tmp_path)
    pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    billed_lines(house)
    before = everything(house)
    sentence = f"vendor invoice {INVOICE} stays as it is: invoice .* of {PERIOD} is verified"
    with pytest.raises(Conflict, match=sentence):
        pipeline.set_line_aside(house, line_id(path, FIRST), word=WORD)
    with pytest.raises(Conflict, match=sentence):
        pipeline.take_line_back(house, line_id(path, SECOND), word=WORD)
    assert everything(house) == before


def test_a_copy_of_the_file_leaves_the_decision_in_force(house: House, tmp_path: Path) -> None:
    path = twins_file(tmp_path)
    pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    copy = tmp_path / "again.csv"
    copy.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    report = load_month(house, copy)
    assert not [notice for notice in report["notices"] if "lapsed" in notice]
    assert billed_lines(house) == ALL | {"matched": 30, "setAside": 1}
    with pytest.raises(Conflict, match=f"{INVOICE} is not billed from this file"):
        pipeline.set_line_aside(house, line_id(copy, FIRST), word=WORD)


def test_a_new_version_of_the_invoice_lets_the_decision_lapse_and_says_so(
    house: House, tmp_path: Path
) -> None:
    path = twins_file(tmp_path)
    pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    newer = write(tmp_path / "newer.csv", rows()[1:])
    (said,) = [n for n in load_month(house, newer)["notices"] if "lapsed" in n]
    assert f"what set aside line {line_id(path, SECOND)} has lapsed" in said
    assert billed_lines(house) == ALL | {"vendorLines": 31, "matched": 30}
    assert pipeline.control_totals(house, INVOICE)["setAside"]["count"] == 0
    (listed,) = pipeline.recorded_decisions(house)["decisions"]
    assert (listed["vendorLineId"], listed["isInForce"]) == (line_id(path, SECOND), False)


def test_a_line_is_explained_with_every_decision_on_it(house: House, tmp_path: Path) -> None:
    path = twins_file(tmp_path)
    assert pipeline.explain_line(house, line_id(path, SECOND))["decisions"] == []
    pipeline.set_line_aside(house, line_id(path, SECOND), word=WORD)
    billed_lines(house)
    found = pipeline.explain_line(house, line_id(path, SECOND))
    assert found["decisions"] == [
        {"decision": "set_aside", "reason": WORD.reason, "by": "ann", "at": "2021-11-03T09:30:00Z"}
    ]
    assert (found["hops"], found["parked"]) == ([], None)
    assert Fraction(found["vendorLine"]["subtotal"]) == AMOUNT
    assert pipeline.explain_line(house, line_id(path, FIRST))["decisions"] == []


def test_parked_lines_can_be_set_aside_too(house: House, tmp_path: Path) -> None:
    found = rows()
    (nobody,) = [r for r in found if r["Subtotal"] == "47.11"]
    path = write(tmp_path / "nobody.csv", [*found, nobody])
    load_month(house, path)
    assert billed_lines(house)["parked"] == 2
    pipeline.set_line_aside(house, line_id(path, len(found) + 1), word=WORD)
    assert billed_lines(house) == ALL | {"vendorLines": 33, "setAside": 1}
    assert money(pipeline.certificate_of(house, PERIOD), "parked") == Fraction("47.11")
