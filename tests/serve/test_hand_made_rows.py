"""Usage, rounding and currencies from a store typed by hand: acceptance cases A11 to A16, A32."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from serve_case import HEADERS, Visitor, serving
from store_by_hand import Group, Hand, Line, build

JANUARY, DECEMBER = ("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31")
NOVEMBER, LAST_TWO = ("2025-11-01", "2025-11-30"), ("2025-11-01", "2025-12-31")


def _use(row: str, days: tuple[str, str], total: str) -> Line:
    return Line(row, "Usage", 4, days, total, is_usage=True)


def _credit(row: str, days: tuple[str, str], total: str, digits: int | None = None) -> Line:
    return Line(row, "customerCredit", 3, days, total, digits, is_usage=True)


F_USE = Hand(
    lines=(
        _use("u1", JANUARY, "4.567"),
        _use("u2", ("2026-01-03", "2026-01-28"), "12.3456789"),
        _use("u3", ("2026-01-10", "2026-01-31"), "0.0000123"),
        _credit("c1", DECEMBER, "-1.25"),
        _credit("c2", DECEMBER, "-1.25"),
        _credit("c3", DECEMBER, "0.40", digits=2),
        _credit("c4", NOVEMBER, "-3.3333"),
        _credit("c5", DECEMBER, "-0.75"),
    ),
    groups=(
        Group(4, JANUARY, "16.91", "16.9126912", "-0.0026912", 3, is_usage=True),
        Group(3, LAST_TWO, "-6.18", "-6.1833", "0.0033", 5, is_usage=True),
    ),
    header=("10.73", "10.7293912", "0.0006088"),
)
ROUND_TOTALS = ("5173.23750", "3818.33750", "2463.45000", "7636.68950")
F_ROUND = Hand(
    lines=tuple(
        Line(f"r{n}", "cycleCharge", 2, JANUARY, total, digits=5)
        for n, total in enumerate(ROUND_TOTALS)
    ),
    groups=(Group(2, JANUARY, "19091.71", "19091.7145", "-0.0045", 4),),
    header=("19091.71", "19091.7145", "-0.0045"),
)
F_FX = Hand(
    lines=(Line("x1", "new", 2, JANUARY, "92.106", cost="100"),),
    groups=(Group(2, JANUARY, "92.11", "92.106", "0.004", 1, cost="100"),),
    header=("92.11", "92.106", "0.004"),
    cost_currency="USD",
    rate="0.8772",
)
YEN = Hand(
    lines=tuple(Line(f"j{n}", "cycleCharge", 2, JANUARY, "100.4") for n in (1, 2)),
    groups=(Group(2, JANUARY, "201", "200.8", "0.2", 2),),
    header=("201", "200.8", "0.2"),
    currency="JPY",
    minor_digits=0,
    cost_currency="JPY",
)
DINAR = Hand(
    lines=(
        Line("k1", "cycleCharge", 2, JANUARY, "1.23456"),
        Line("k2", "cycleCharge", 2, JANUARY, "2.34567"),
    ),
    groups=(Group(2, JANUARY, "3.580", "3.58023", "-0.00023", 2),),
    header=("3.580", "3.58023", "-0.00023"),
    currency="KWD",
    minor_digits=3,
    cost_currency="KWD",
)


def ask(folder: Path, hand: Hand, *, settings: dict[str, Any] | None = None, **query: str) -> Any:
    with serving(build(folder, hand), **(settings or {})) as place:
        return place.visitor("reseller").rows("reseller", **query)


def told(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_a11_the_vendors_digits_pass_through(tmp_path: Path) -> None:
    house = build(tmp_path, F_ROUND)
    with serving(house) as place:
        visitor = place.visitor("reseller")
        body = visitor.client.get(
            "/api/v1/reporting/invoices/invoice-rows/reseller", params={"expand": "AllDetails"}
        ).text
        (row,) = visitor.rows("reseller")
    for total in ROUND_TOTALS:
        assert f'"totalPrice":{total},' in body
    assert told([row], "quantity", "unitPrice", "totalPrice", "roundingResidual") == [
        ("1", "19091.71", "19091.71", "-0.0045")
    ]


@pytest.mark.parametrize(("hand", "total"), [(YEN, "201"), (DINAR, "3.580")])
def test_a12_totals_have_the_digits_of_the_coin(tmp_path: Path, hand: Hand, total: str) -> None:
    with serving(build(tmp_path, hand)) as place:
        visitor: Visitor = place.visitor("reseller")
        (row,) = visitor.rows("reseller")
        (header,) = visitor.rows("reseller", path=HEADERS)
    assert row["totalPrice"] == header["totalAmount"] == total


def test_a13_usage_and_its_credits_consolidated(tmp_path: Path) -> None:
    rows = ask(tmp_path, F_USE)
    shown = ("chargeType", "quantity", "totalPrice", "roundingResidual", "chargeEndDateUtc")
    assert told(rows, *shown) == [
        ("UsageFee", "1", "16.91", "-0.0026912", "2026-01-31T00:00:00Z"),
        ("Correction", "1", "-6.18", "0.0033", "2025-12-31T00:00:00Z"),
    ]


def test_a14_usage_is_one_row_and_credits_go_by_dates_and_sign(tmp_path: Path) -> None:
    rows = ask(tmp_path, F_USE, expand="AllDetails")
    shown = ("rowKind", "chargeType", "totalPrice", "vendorInvoiceRowId", "sourceLineCount")
    assert told(rows, *shown) == [
        ("usage", "UsageFee", "16.9126912", None, "3"),
        ("credit", "customerCredit", "-3.3333", "c4", "1"),
        ("credit", "customerCredit", "-3.25", None, "3"),
        ("credit", "customerCredit", "0.40", "c3", "1"),
    ]
    assert {row["vendorDetails"] for row in rows} == {None}
    assert len({row["rowId"] for row in rows}) == 4


def test_credits_are_ordered_by_dates_then_minus_zero_plus(tmp_path: Path) -> None:
    lines = (
        _credit("p", DECEMBER, "0.40"),
        _credit("z", DECEMBER, "0"),
        _credit("m", DECEMBER, "-1.25"),
        _credit("e", NOVEMBER, "5"),
    )
    groups = (Group(3, LAST_TWO, "4.15", "4.15", "0", 4, is_usage=True),)
    hand = Hand(lines, groups, header=("4.15", "4.15", "0"))
    rows = ask(tmp_path, hand, expand="AllDetails")
    assert [row["vendorInvoiceRowId"] for row in rows] == ["e", "m", "z", "p"]


def test_a15_corrections_of_usage_are_the_credit_rows(tmp_path: Path) -> None:
    rows = ask(tmp_path, F_USE, expand="CorrectionDetails", residual="row")
    assert [row["rowKind"] for row in rows] == ["credit"] * 3 + ["residual"]
    assert sum(Fraction(row["totalPrice"]) for row in rows[:3]) == Fraction("-6.1833")
    assert sum(Fraction(row["totalPrice"]) for row in rows) == Fraction("-6.18")


@pytest.mark.parametrize(
    ("grouping", "december"),
    [
        ("dates", ["-2.85"]),
        ("datesTotal", ["-2.5", "-0.75", "0.40"]),
        ("none", ["-1.25", "-1.25", "0.40", "-0.75"]),
    ],
)
def test_a16_other_groupings_of_credits(tmp_path: Path, grouping: str, december: list[str]) -> None:
    rows = ask(tmp_path, F_USE, settings={"credit_grouping": grouping}, expand="AllDetails")
    assert [row["totalPrice"] for row in rows[2:]] == december
    assert sum(Fraction(row["totalPrice"]) for row in rows[1:]) == Fraction("-6.1833")


def test_a32_a_foreign_purchase_and_its_margin(tmp_path: Path) -> None:
    house = build(tmp_path, F_FX)
    with serving(house) as place:
        (sold,) = place.visitor("reseller").rows("reseller")
        (detail,) = place.visitor("reseller").rows("reseller", expand="AllDetails")
        (bought,) = place.visitor("customer", role="customerBillingAdmin").rows("customer")
    shown = ("totalPrice", "resellerTotalPrice", "resellerCurrency", "exchangeRate", "marginAmount")
    assert told([sold], *shown) == [("92.11", "100.00", "USD", "0.8772", "4.39")]
    assert detail["marginAmount"] == "4.386"
    assert bought["totalPrice"] == "92.11"
    assert not set(shown[1:]) & set(bought)


def test_an_account_manager_sees_prices_without_cost(tmp_path: Path) -> None:
    house = build(tmp_path, F_FX)
    with serving(house) as place:
        manager = place.visitor("reseller", role="accountManager")
        (row,) = manager.rows("reseller")
    assert row["totalPrice"] == "92.11"
    assert not {"resellerTotalPrice", "marginAmount", "exchangeRate"} & set(row)
