"""Fixture M of billing-api.md 5.3 as typed from the page; a line is told by its amount."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from staged_case import Line, line

USAGE: dict[str, Any] = {
    "line_kind": "usage",
    "rate_period_id": None,
    "plan_rate_id": "9110",
    "meter_category": "Storage",
}
NO_RATE: dict[str, Any] = {"rate_period_id": None}
REFUND: dict[str, Any] = {
    "line_kind": "refund",
    "reservation_order": "RO-55",
    "rate_period_id": None,
}

Pair = tuple[tuple[str, ...], tuple[str, ...], int, str]
Left = tuple[str, str, str, str]


@dataclass(frozen=True)
class Row:
    """A row: its lines, the links by amounts, and side, amount, status, reason of what is left."""

    purchases: list[Line]
    sales: list[Line]
    links: list[Pair]
    left_over: tuple[Left, ...] = ()


F2 = [
    ("0601-0630", "10", "1", "recurring", "80.00", "100.00"),
    ("0611-0630", "5", "0.6666666667", "recurring", "26.67", "33.33"),
    ("0616-0630", "3", "0.5", "correction", "-12.00", "-15.00"),
]
PURCHASE, SALE = "unmatched_purchase", "unmatched_sale"


def f2(price: int, *, ids: tuple[int, ...]) -> list[Line]:
    """Give the rows of fixture F2 with the price in the given column."""
    return [
        line(
            row[price],
            period=row[0],
            q=row[1],
            duration=Decimal(row[2]),
            line_kind=row[3],
            line_id=number,
        )
        for row, number in zip(F2, ids, strict=True)
    ]


M = {
    "M1": Row(
        [line("72.00", q="10", match_key="K1")],
        [line("100.00", q="10", match_key="K1", period="0531-0629")],
        [(("72.00",), ("100.00",), 0, "matched")],
    ),
    "M2": Row(
        f2(4, ids=(21, 22, 23)),
        f2(5, ids=(3, 1, 2))[::-1],
        [((row[4],), (row[5],), 1, "matched") for row in F2],
    ),
    "M3": Row(
        [line("32.00", q="4", sku="X-1")],
        [line("40.00", q="4", sku="x:1")],
        [(("32.00",), ("40.00",), 2, "matched")],
    ),
    "M4": Row(
        [line("56.00", q="7")],
        [line("70.00", q="7", period="0531-0629")],
        [(("56.00",), ("70.00",), 3, "matched")],
    ),
    "M5": Row(
        [line("9.00"), line("8.00")],
        [line("10.00"), line("11.25")],
        [
            (("8.00",), ("10.00",), 1, "matched_by_order"),
            (("9.00",), ("11.25",), 1, "matched_by_order"),
        ],
    ),
    "M6": Row(
        [
            line("10.00", q="100", sku="AZ-1", **USAGE),
            line("5.50", q="50", sku="AZ-2", **USAGE),
            line("1.25", sku="AZ-3", **USAGE),
        ],
        [line("20.10", sku="AZ", **USAGE)],
        [(("1.25", "10.00", "5.50"), ("20.10",), 4, "group")],
    ),
    "M7": Row(
        [line("-400.00", plan_rate_id="9120", **REFUND)],
        [line("-440.00", period="0605-0605", **REFUND)],
        [(("-400.00",), ("-440.00",), 4, "matched")],
    ),
    "M8": Row(
        [
            line(
                "-12.00", q="3", period="0616-0630", duration=Decimal("0.5"), line_kind="correction"
            )
        ],
        [line("-15.00", q="3", period="0616-0630", line_kind="credit", **NO_RATE)],
        [(("-12.00",), ("-15.00",), 5, "matched")],
    ),
    "M9": Row(
        [line("80.00", q="10")],
        [line("40.00", q="4"), line("60.00", q="6")],
        [(("80.00",), ("40.00", "60.00"), 6, "group")],
    ),
    "M10": Row(
        [line("16.00", q="2"), line("16.00", q="2")],
        [line("20.00", q="2")],
        [],
        (
            ("purchase", "16.00", PURCHASE, "ambiguous_count"),
            ("purchase", "16.00", PURCHASE, "ambiguous_count"),
            ("sales", "20.00", SALE, "ambiguous_count"),
        ),
    ),
    "M11": Row(
        [line("-12.00", q="3", line_kind="correction")],
        [line("15.00", q="3", line_kind="correction")],
        [],
        (
            ("purchase", "-12.00", PURCHASE, "sign_differs"),
            ("sales", "15.00", SALE, "sign_differs"),
        ),
    ),
    "M12": Row(
        [line("4.50", flag="cost_only")],
        [],
        [],
        (("purchase", "4.50", PURCHASE, "cost_only"),),
    ),
    "M13": Row(
        [line("40.00", flag="duplicate_conflict")],
        [line("50.00")],
        [],
        (
            ("purchase", "40.00", "conflict_excluded", "duplicate_conflict"),
            ("sales", "50.00", SALE, "no_counterpart"),
        ),
    ),
    "M14": Row(
        [line("8.00")],
        [],
        [],
        (("purchase", "8.00", PURCHASE, "no_counterpart"),),
    ),
    "M15": Row(
        [],
        [line("25.00", flag="sale_only")],
        [],
        (("sales", "25.00", SALE, "sale_only"),),
    ),
}


def in_own_subscription(name: str) -> Row:
    """Give a row with its subscription, and with line ids of its own where the page gives none."""
    row, first = M[name], 1000 * int(name[1:])

    def placed(lines: list[Line], document: str) -> list[Line]:
        ids = [one.line_id for one in lines]
        free = ids if len(set(ids)) == len(ids) else range(1, len(ids) + 1)
        return [
            replace(one, subscription_id=f"70{first}", line_id=first + number, invoice_id=document)
            for one, number in zip(lines, free, strict=True)
        ]

    return Row(placed(row.purchases, "V-1"), placed(row.sales, "R-1"), row.links, row.left_over)
