"""From which invoice date on lines are broken out: acceptance case A18, reporting-api.md 7.7."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from october import LINES
from serve_case import HEADERS, Place, Visitor, serving
from store_by_hand import Group, Hand, Line, build

DATES = ("2022-12-01", "2022-12-02", "2023-05-01", "2023-05-02")
IDS = [f"oct-{number:02d}" for number in range(1, 12)]


def october_of(date: str) -> Hand:
    """Give the eleven lines of October in the month before an invoice, totals as given."""
    month = dt.date.fromisoformat(date).replace(day=1) - dt.timedelta(days=1)
    last = calendar.monthrange(month.year, month.month)[1]
    days = [(month.replace(day=n).isoformat(), month.replace(day=last).isoformat()) for n in (1,)]
    lines = tuple(
        Line(
            f"oct-{number:02d}",
            charge_type,
            2 if charge_type == "new" else 3,
            (month.replace(day=first).isoformat(), days[0][1]),
            amount,
        )
        for number, charge_type, first, _, _, amount in LINES
    )
    groups = (
        Group(2, days[0], "30.00", "30", "0", 1),
        Group(3, days[0], "-12.95", "-12.95", "0", 10),
    )
    return Hand(lines, groups, ("17.05", "17.05", "0"), extra={"invoice_date": date})


@pytest.fixture(scope="module", params=DATES)
def dated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Place]]:
    house = build(tmp_path_factory.mktemp("dated"), october_of(request.param))
    with serving(house, reporting_profile="compat") as place:
        yield request.param, place


def shown(visitor: Visitor, **query: str) -> tuple[list[str], list[str | None], Fraction]:
    """Give the kinds of the rows, their vendor ids and the sum of their totals."""
    rows: list[dict[str, Any]] = visitor.rows("reseller", **query)
    total = sum((Fraction(row["totalPrice"]) for row in rows), Fraction(0))
    return [r["rowKind"] for r in rows], [r["vendorInvoiceRowId"] for r in rows], total


def test_a18_what_all_details_breaks_out_goes_by_the_invoice_date(
    dated: tuple[str, Place],
) -> None:
    date, place = dated
    kinds, ids, total = shown(place.visitor("reseller"), expand="AllDetails")
    assert total == Fraction("17.05")
    if date == DATES[0]:
        assert (kinds, ids) == (["consolidated"] * 2, [None] * 2)
    elif date == DATES[-1]:
        assert (kinds, ids) == (["detail"] * 11, IDS)
    else:
        assert kinds == ["consolidated"] + ["detail"] * 10
        assert ids == [None, *IDS[1:]]


def test_a18_corrections_alone_and_no_expand(dated: tuple[str, Place]) -> None:
    date, place = dated
    visitor = place.visitor("reseller")
    assert shown(visitor) == (["consolidated"] * 2, [None] * 2, Fraction("17.05"))
    kinds, ids, total = shown(visitor, expand="CorrectionDetails")
    assert total == Fraction("-12.95")
    broken_out = date != DATES[0]
    assert kinds == (["detail"] * 10 if broken_out else ["consolidated"])
    assert ids == (IDS[1:] if broken_out else [None])
    (header,) = visitor.rows("reseller", path=HEADERS)
    assert header["totalAmount"] == "17.05"


def test_cut_offs_of_an_installation_and_their_residuals(tmp_path: Path) -> None:
    """F-USE of 7.6: its usage has a residual of -0.0026912, its credits one of 0.0033."""
    month, before = ("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31")
    hand = Hand(
        lines=(
            Line("u1", "Usage", 4, month, "16.9126912", is_usage=True),
            Line("c1", "customerCredit", 3, before, "-6.1833", is_usage=True),
        ),
        groups=(
            Group(4, month, "16.91", "16.9126912", "-0.0026912", 1, is_usage=True),
            Group(3, before, "-6.18", "-6.1833", "0.0033", 1, is_usage=True),
        ),
        header=("10.73", "10.7293912", "0.0006088"),
    )
    day = dt.date(2026, 2, 1)
    query = {"expand": "AllDetails", "residual": "row"}
    told = {
        "expand_from_corrections": ["consolidated", "usage", "residual"],
        "expand_from_others": ["consolidated", "credit", "residual"],
    }
    house = build(tmp_path, hand)
    for name, expected in told.items():
        with serving(house, **{name: day}) as place:
            kinds, _, total = shown(place.visitor("reseller"), **query)
        assert (kinds, total) == (expected, Fraction("10.73"))
        with serving(house, **{name: day - dt.timedelta(days=1)}) as place:
            kinds, _, total = shown(place.visitor("reseller"), **query)
        assert sorted(kinds) == ["credit", "residual", "residual", "usage"]
        assert total == Fraction("10.73")


def test_own_days_win_over_those_of_the_profile(tmp_path: Path) -> None:
    house = build(tmp_path, replace(october_of("2022-12-01")))
    days = {
        name: dt.date(2022, 11, 30) for name in ("expand_from_corrections", "expand_from_others")
    }
    with serving(house, reporting_profile="compat", **days) as place:
        kinds, _, _ = shown(place.visitor("reseller"), expand="AllDetails")
    assert kinds == ["detail"] * 11
