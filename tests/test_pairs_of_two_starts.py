"""Rows of one seat change that state different starts of their subscription (ruling 7)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from months import Month, october, write_reference, write_vendor_csv
from months_files import Row
from stored import stored_lines

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
STARTS = ("2021-10-01", "2021-10-05")
Rated = list[tuple[str, str, str, Fraction]]


def _house(month: Month, folder: Path) -> House:
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, write_reference(month, folder / "reference"), now=NOW)
    return house


def _billed(house: House, files: Sequence[Sequence[Row]], folder: Path) -> Rated:
    """Give row id, rule, cycle start and amount of each line sold, by row id."""
    paths = [
        write_vendor_csv(rows, folder / f"vendor-{number}.csv")
        for number, rows in enumerate(files, 1)
    ]
    pipeline.load_files(house, [(path.name, path) for path in paths], now=NOW)
    pipeline.run_period(house, "2021-10", now=NOW)
    return sorted(
        (
            line["vendor_invoice_row_id"],
            line["rule_id"],
            f"{line['cycle_start']}",
            Fraction(line["total_price"]),
        )
        for line in stored_lines(house, "2021-10", kind="detail_line")
        if line["hop"] == 2
    )


def _october(rule: tuple[str, str]) -> Month:
    """Give October with a rule that gives way to another, of twice its value, on the 5th."""
    month = october(rule)
    (first,) = month.reference["price_rules.csv"]
    kind, value = rule
    rules = [
        first | {"rule_id": "r-old", "valid_to": "2021-10-05"},
        first | {"rule_id": "r-new", "valid_from": "2021-10-05", "value": f"{2 * int(value)}"},
    ]
    assert kind == first["kind"]
    return replace(month, reference=month.reference | {"price_rules.csv": rules})


def _pair(credit: str, charge: str, **cells: str) -> tuple[Row, Row]:
    """Give the change from 7 seats to 5 on 6 October; its rows state these starts."""
    (old, new) = october().lines[9:11]
    return (
        old | {"SubscriptionStartDate": credit} | cells,
        new | {"SubscriptionStartDate": charge} | cells,
    )


def test_both_rows_take_the_rule_of_the_day_that_the_credits_cycle_begins(tmp_path: Path) -> None:
    """-17.57 and 12.55 at one rate, whatever rows state, in one file or two, in either order."""
    rows, expected = [], []
    for day, starts, reference_id in (
        ("06", STARTS, "change-1"),
        ("07", STARTS[::-1], "change-2"),
        ("08", STARTS, ""),
        ("09", STARTS[::-1], ""),
        ("10", (STARTS[1], STARTS[1]), ""),
    ):
        cells = {"ChargeStartDate": f"2021-10-{day}", "ReferenceId": reference_id}
        names = [f"{day}-{side}" for side in ("credit", "new")]
        pair = _pair(*starts, **cells)
        rows += [row | {"VendorInvoiceRowId": name} for row, name in zip(pair, names, strict=True)]
        is_old = starts[0] == STARTS[0]
        rule, factor = ("r-old", Fraction("1.1")) if is_old else ("r-new", Fraction("1.2"))
        for name, cost in zip(names, ("-17.57", "12.55"), strict=True):
            expected.append((name, rule, starts[0], Fraction(cost) * factor))
    ways = ([rows], [rows[::-1]], [rows[1::2], rows[::2]])
    for number, files in enumerate(ways):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        house = _house(_october(("markup", "10")), folder)
        assert _billed(house, files, folder) == expected
    for row, starts in ((1, STARTS), (2, STARTS[::-1])):  # of the charges, the credits elsewhere
        told = pipeline.explain_named(house, f"vendor-1.csv:{row}")["lines"][0]
        assert told["differences"] == []
        assert told["match"]["ruleDay"] == starts[0]


@pytest.mark.parametrize("effective", ["2.51", ""])
def test_seats_taken_back_and_given_anew_cost_nothing(tmp_path: Path, effective: str) -> None:
    """Cycles of 31 and 30 days: with the vendor's unit price or without, prorated alike."""
    credit, charge = _pair("2021-10-01", "2021-09-05")
    credit |= {"EffectiveUnitPrice": f"-{effective}" if effective else ""}
    charge |= {
        "EffectiveUnitPrice": effective,
        "Quantity": "7",
        "BillableQuantity": "7",
        "Subtotal": "17.57",
        "Total": "17.57",
    }
    house = _house(_october(("fixed", "4")), tmp_path)
    billed = _billed(house, [(credit,), (charge,)], tmp_path)
    assert [line[1] for line in billed] == ["r-old", "r-old"]
    assert billed[0][3] < 0
    assert billed[0][3] + billed[1][3] == 0


def test_a_year_and_a_month_of_one_change_keep_their_own_cycles(tmp_path: Path) -> None:
    """A yearly credit and a monthly charge (plan change): one rule day, each its own cycle."""
    credit, charge = _pair("2021-03-01", "2021-10-05")
    credit |= {"BillingFrequency": "Annual"}
    house = _house(_october(("markup", "10")), tmp_path)
    billed = _billed(house, [(credit, charge)], tmp_path)
    assert [(line[1], line[2]) for line in billed] == [
        ("r-old", "2021-03-01"),
        ("r-old", "2021-10-05"),
    ]


def test_a_row_that_waits_names_the_row_of_another_file(tmp_path: Path) -> None:
    """30 of 31 days of 3.00 are not 2.95: that row waits, and its twin in the other file too."""
    old, new = (row | {"ReferenceId": "change-2"} for row in october().lines[1:3])
    new |= {"EffectiveUnitPrice": "2.95", "Subtotal": "20.65", "Total": "20.65"}
    house = _house(_october(("fixed", "4")), tmp_path)
    assert _billed(house, [(old,), (new,)], tmp_path) == []
    told = pipeline.explain_named(house, "vendor-1.csv:1")["lines"][0]
    assert told["parked"]["reason"] == "PRORATION_NOT_REPRODUCED"
    assert told["differences"] == []
    assert told["match"]["failed"]["why"].startswith(
        "vendor-2.csv row 1 of the same seat change waits: "
    )
