"""CD-482: a credit is negative once, in its amount; merging changes no sign (F2, F4, F9)."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from billing_case import Reader, lines_of, reading, told
from fixture_rows import F1, F2, F3, F4, F5, F9
from hand_charges import Hand, Store

SIGNED = {
    *("ExtendedPrice", "VAT", "PurchasePrice", "SalesPrice", "TotalPurchases", "TotalSales"),
    *("TotalExclVAT", "TotalVAT", "TotalInclVAT", "PurchasesMatched", "PurchasesUnmatched"),
    *("SalesInGroups", "SalesUnmatched"),
}
CREDIT = {"C-2026-000092": {"document_type": "CreditNote", "invoice_date": "2026-08-23"}}
FIXTURES = {"F1": F1, "F2": F2, "F3": F3, "F4": F4, "F5": F5, "F9": F9}
ASKED = (
    *(("consolidatedinvoices", version, {}) for version in ("v3", "v4")),
    *(("consolidatedinvoices", "v4", {"lines": "grouped"}), ("invoices", "v4", {})),
    *(("customerinvoices", "v2", {}), ("customerinvoices", "v4", {"lines": "grouped"})),
)
Leaf = tuple[tuple[str, ...], Any]


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Give every value of a document with the keys that lead to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, str(place)))
    else:
        yield path, value


def negated(document: Any) -> list[Leaf]:
    """Give the leaves of a document with the sign of every amount and total turned."""
    return [
        (path, -Fraction(value) if path[-1] in SIGNED and value is not None else value)
        for path, value in leaves(document)
    ]


def signed(document: Any) -> list[Leaf]:
    """Give the leaves of a document, amounts and totals as numbers."""
    return [
        (path, Fraction(value) if path[-1] in SIGNED and value is not None else value)
        for path, value in leaves(document)
    ]


def test_cd_482_a_reservation_and_its_refund(tmp_path: Path) -> None:
    with reading(tmp_path, Store(F9, documents=CREDIT)) as reader:
        document = reader.read("consolidatedinvoices")
        lines = reader.lines("consolidatedinvoices")
    names = ("LineId", "LineKind", "Quantity", "PurchasePrice", "SalesPrice")
    assert told(lines, *names) == [
        ("91", "one_time", "1", "1200.00", "1320.00"),
        ("92", "refund", "1", "-400.00", "-440.00"),
    ]
    invoice, credit = document["Invoices"]
    shown = [(one["Header"]["Type"], one["Header"]["TypeIdentifier"]) for one in (invoice, credit)]
    assert shown == [("invoice", "20"), ("credit", "80")]
    assert credit["Totals"]["TotalPurchases"] == "-400.00"
    assert credit["Totals"]["TotalSales"] == "-440.00"
    for name, over_both in (("TotalPurchases", 800), ("TotalSales", 880)):
        totals = [Fraction(one["Totals"][name]) for one in (invoice, credit)]
        assert sum(totals) == over_both


@pytest.mark.parametrize("name", FIXTURES)
def test_cd_482_the_mirror_negates_amounts_and_nothing_else(tmp_path: Path, name: str) -> None:
    rows = FIXTURES[name]
    mirrored = tuple(replace(row, direction=-row.direction) for row in rows)
    found = []
    for place, given in enumerate((rows, mirrored)):
        store = Store(given, documents=CREDIT if name == "F9" else {})
        with reading(tmp_path / str(place), store) as reader:
            found.append([reader.read(end, version, **query) for end, version, query in ASKED])
    for one, other in zip(*found, strict=True):
        assert negated(one) == signed(other)
        amounts = [value for path, value in signed(one) if path[-1] in SIGNED]
        assert any(amounts)


@pytest.mark.parametrize("name", FIXTURES)
def test_cd_482_merging_keeps_the_sign_of_both_sides(tmp_path: Path, name: str) -> None:
    with reading(tmp_path, Store(FIXTURES[name])) as reader:
        bought, sold = (
            {line["MatchKey"]: line["ExtendedPrice"] for line in reader.lines(endpoint)}
            for endpoint in ("invoices", "customerinvoices")
        )
        merged = reader.lines("consolidatedinvoices")
    assert {line["MatchKey"]: line["PurchasePrice"] for line in merged} == bought
    assert {line["MatchKey"]: line["SalesPrice"] for line in merged} == sold


def test_cd_482_a_positive_group_keeps_its_sign_although_a_member_is_negative(
    tmp_path: Path,
) -> None:
    with reading(tmp_path, Store(F4)) as reader:
        (_, group) = reader.lines("consolidatedinvoices", lines="grouped")
        shown = magnitudes(reader)
    assert told([group], "PurchasePrice", "SalesPrice", "PurchaseUnitPrice") == [
        ("67.89", "74.68", "67.89")
    ]
    assert all(value >= 0 for value in shown)


def magnitudes(reader: Reader) -> list[Fraction]:
    """Give what has no sign on any line: quantities, durations, unit prices, discounts."""
    names = ("Quantity", "Duration", "UnitPrice", "Discount")
    sides = [lines_of(reader.read(endpoint)) for endpoint in ("invoices", "customerinvoices")]
    return [Fraction(line[name]) for lines in sides for line in lines for name in names]


def test_cd_482_opposite_signs_are_a_fault(tmp_path: Path) -> None:
    rows = (Hand(1, "8.00", "10.00", amount="8.00", sale_amount="-10.00"),)
    with reading(tmp_path, Store(rows)) as reader:
        (warning,) = reader.read("consolidatedinvoices")["Invoices"][0]["Warnings"]
        assert (warning["Code"], warning["LineIds"]) == ("sign_conflict", ["1"])
        assert reader.get("consolidatedinvoices", strict="true").status_code == 409
        assert reader.get("invoices", strict="true").status_code == 200


def test_cd_482_a_side_of_nothing_is_no_conflict(tmp_path: Path) -> None:
    rows = (
        Hand(1, "8.00", "0.00", amount="-8.00", sale_amount="0.00"),
        Hand(2, "4.00", None, direction=-1),
    )
    with reading(tmp_path, Store(rows)) as reader:
        (document,) = reader.read("consolidatedinvoices")["Invoices"]
    assert [one["Code"] for one in document["Warnings"]] == []
