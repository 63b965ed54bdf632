"""The published October as rows: acceptance cases A01 to A10 and A53 to A55."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from october import DIRECT, FOUR_PARTIES, bill_october
from serve_case import HEADERS, ROWS, Place, serving

OUT = {"direction": "outgoing"}
IDS = [f"oct-{number:02d}" for number in range(1, 12)]
TOTALS_10 = (
    *("33", "-31.9", "22.33", "-21.56", "36.96", "-35.64"),
    *("29.7", "-28.71", "20.097", "-19.327", "13.805"),
)
TOTALS_4 = (
    *("40", "-38.7", "27.09", "-26.18", "44.88", "-43.32"),
    *("36.1", "-34.8", "24.36", "-23.45", "16.75"),
)
TOTALS_0 = (
    *("30", "-29", "20.3", "-19.6", "33.6", "-32.4"),
    *("27", "-26.1", "18.27", "-17.57", "12.55"),
)


def told(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def total(rows: list[dict[str, Any]]) -> Fraction:
    return sum((Fraction(row["totalPrice"]) for row in rows), Fraction(0))


def as_numbers(texts: tuple[str, ...]) -> list[Fraction]:
    return [Fraction(text) for text in texts]


def test_a01_two_consolidated_rows(oct_0: Place) -> None:
    rows = oct_0.visitor("reseller").rows("reseller", **OUT)
    assert told(rows, "chargeType", "quantity", "unitPrice", "totalPrice") == [
        ("CycleFee", "10", "3", "30.00"),
        ("Correction", "1", "-12.95", "-12.95"),
    ]
    assert {(r["chargeStartDateUtc"], r["chargeEndDateUtc"]) for r in rows} == {
        ("2021-10-01T00:00:00Z", "2021-10-31T00:00:00Z")
    }
    assert told(rows, "resellerUnitPrice", "resellerTotalPrice", "marginAmount") == [
        ("3", "30.00", "0.00"),
        ("-12.95", "-12.95", "0.00"),
    ]


def test_a02_corrections_broken_out(oct_0: Place) -> None:
    rows = oct_0.visitor("reseller").rows("reseller", expand="CorrectionDetails", **OUT)
    assert [row["vendorInvoiceRowId"] for row in rows] == IDS[1:]
    assert total(rows) == Fraction("-12.95")
    assert not any("vendorDetails" in row for row in rows)


def test_a03_every_detail_line_in_order(oct_0: Place) -> None:
    rows = oct_0.visitor("reseller").rows("reseller", expand="AllDetails", **OUT)
    assert [row["vendorInvoiceRowId"] for row in rows] == IDS
    assert [Fraction(row["totalPrice"]) for row in rows] == as_numbers(TOTALS_0)
    assert {row["roundingResidual"] for row in rows} == {None}
    assert [row["vendorDetails"] for row in rows] == [{"domainName": "contoso.example"}] * 11
    assert [row["lineNo"] for row in rows] == [str(n) for n in range(1, 12)]
    parents = oct_0.visitor("reseller").rows("reseller", **OUT)
    assert [row["parentRowId"] for row in rows] == [parents[0]["rowId"]] + [
        parents[1]["rowId"]
    ] * 10


def test_a04_ten_percent_is_18_75(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    rows = visitor.rows("reseller", **OUT)
    assert told(rows, "unitPrice", "totalPrice", "roundingResidual", "marginAmount") == [
        ("3.3", "33.00", "0", "3.00"),
        ("-14.25", "-14.25", "-0.005", "-1.30"),
    ]
    (header,) = visitor.rows("reseller", path=HEADERS, **OUT)
    shown = ("totalAmount", "detailTotal", "roundingResidual", "costAmount", "marginAmount")
    assert told([header], *shown) == [("18.75", "18.755", "-0.005", "17.05", "1.70")]
    (bought,) = oct_10.visitor("customer", role="customerBillingAdmin").rows(
        "customer", path=HEADERS
    )
    assert not {"costAmount", "marginAmount", "inputDigest"} & set(bought)


def test_a05_the_residual_as_a_row(oct_10: Place) -> None:
    rows = oct_10.visitor("reseller").rows("reseller", expand="AllDetails", residual="row", **OUT)
    assert [row["totalPrice"] for row in rows[:11]] == list(TOTALS_10)
    assert told(rows[11:], "chargeType", "quantity", "unitPrice", "totalPrice", "rowKind") == [
        ("Rounding", "1", "-0.005", "-0.005", "residual")
    ]
    assert total(rows) == Fraction("18.75")
    assert all("vendorDetails" in row for row in rows)
    broken = oct_10.visitor("reseller").rows(
        "reseller", expand="CorrectionDetails", residual="row", **OUT
    )
    assert total(broken) == Fraction("-14.25")


def test_a06_fixed_four(oct_4: Place) -> None:
    visitor = oct_4.visitor("reseller")
    assert told(visitor.rows("reseller", **OUT), "totalPrice", "marginAmount") == [
        ("40.00", "10.00"),
        ("-17.27", "-4.32"),
    ]
    rows = visitor.rows("reseller", expand="AllDetails", **OUT)
    assert [row["totalPrice"] for row in rows] == list(TOTALS_4)
    assert {row["unitPrice"] for row in rows} == {"4"}
    assert total(rows) == Fraction("22.73")


def test_a07_a_fixed_price_equal_to_the_list_gives_the_vendors_totals(oct_3: Place) -> None:
    rows = oct_3.visitor("reseller").rows("reseller", expand="AllDetails", **OUT)
    assert [Fraction(row["totalPrice"]) for row in rows] == as_numbers(TOTALS_0)


def test_a09_expand_is_spelt_or_refused(oct_0: Place) -> None:
    visitor = oct_0.visitor("reseller")
    for bad in ("Everything", "", ["AllDetails", "AllDetails"]):
        assert visitor.code(f"{ROWS}/reseller", expand=bad) == (400, "BAD_EXPAND")
    assert len(visitor.rows("reseller", expand="alldetails", **OUT)) == 11


def test_a10_mixed_scope_shows_the_other_classes_consolidated(oct_0: Place) -> None:
    with serving(oct_0.house, correction_details_scope="mixed") as place:
        rows = place.visitor("reseller").rows("reseller", expand="CorrectionDetails", **OUT)
    assert len(rows) == 11
    assert told(rows[:1], "rowKind", "chargeType", "totalPrice") == [
        ("consolidated", "CycleFee", "30.00")
    ]
    assert total(rows) == Fraction("17.05")


def test_a53_row_ids_are_unique_and_stable(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    rows = [
        row
        for view in ({}, {"expand": "AllDetails", "residual": "row"})
        for row in visitor.rows("reseller", **view)
    ]
    assert len({row["rowId"] for row in rows}) == len(rows) == 4 + 23
    again = visitor.rows("reseller", expand="AllDetails", residual="row")
    assert [row["rowId"] for row in again] == [row["rowId"] for row in rows[4:]]


@pytest.mark.parametrize("name", ["oct_0", "oct_10", "oct_4", "oct_3", "chain"])
def test_a54_expanded_and_residual_come_to_the_header(
    name: str, request: pytest.FixtureRequest
) -> None:
    place: Place = request.getfixturevalue(name)
    visitor = place.visitor("reseller")
    headers = visitor.rows("reseller", path=HEADERS)
    assert len(headers) == 2
    for header in headers:
        one = {"invoiceId": header["invoiceId"]}
        expanded = visitor.rows("reseller", expand="AllDetails", residual="row", **one)
        amount = Fraction(header["totalAmount"])
        assert total(expanded) == total(visitor.rows("reseller", **one)) == amount


@pytest.mark.parametrize(
    ("chain", "rules", "rows"),
    [
        (DIRECT, {2: ("pass_through", "")}, [("-30.00", "0"), ("12.95", "0")]),
        (DIRECT, {2: ("markup", "10")}, [("-33.00", "0"), ("14.25", "0.005")]),
        (DIRECT, {2: ("fixed", "4.00")}, [("-40.00", "0"), ("17.27", "0")]),
        (
            FOUR_PARTIES,
            {2: ("markup", "5"), 3: ("markup", "10")},
            [("-34.65", "0"), ("14.96", "0.00275")],
        ),
    ],
    ids=["F-OCT", "F-OCT10", "F-OCT4", "F-CHAIN"],
)
def test_a55_negated_lines_give_negated_totals(
    tmp_path: Path,
    chain: tuple[str, ...],
    rules: dict[int, tuple[str, str]],
    rows: list[tuple[str, str]],
) -> None:
    house = bill_october(tmp_path, chain=chain, rules=rules, negated=True)
    with serving(house) as place:
        found = place.visitor("reseller").rows("reseller", **OUT)
    assert told(found, "totalPrice", "roundingResidual") == rows
