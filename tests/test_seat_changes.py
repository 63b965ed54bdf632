"""Rows of one seat change stay together; subscriptions that move; orders of commitments."""

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from months import Month, october, write_reference, write_vendor_csv
from months_files import Row, reference_row
from stored import stored_lines

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
Found = list[dict[str, Any]]


def _billed(month: Month, folder: Path, *, files: int = 1) -> House:
    """Run a month whose lines come in some files."""
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, write_reference(month, folder / "reference"), now=NOW)
    paths = [
        write_vendor_csv(month.lines[number::files], folder / f"vendor-{number}.csv")
        for number in range(files)
    ]
    pipeline.load_files(house, [(path.name, path) for path in paths], now=NOW)
    pipeline.run_period(house, month.period, now=NOW)
    return house


def _known(house: House, kind: str) -> Found:
    found = stored_lines(house, "2021-10", kind=kind)
    return sorted(found, key=lambda line: (line.get("hop") or 0, line["row_number"]))


def _with(month: Month, **reference: list[Row]) -> Month:
    named = {f"{name}.csv": rows for name, rows in reference.items()}
    return replace(month, reference=month.reference | named)


def _convert(number: int, product: str, total: str, **cells: str) -> Row:
    """Give a row of a full upgrade on 7 October, from or to a product (arithmetic.md 3)."""
    return october().lines[1] | {
        "ChargeType": "convert",
        "ProductId": product,
        "Subtotal": total,
        "Total": total,
        "EffectiveUnitPrice": {"-12.5": "-2.5", "20": "4"}[total],
        "Quantity": "5",
        "BillableQuantity": "5",
        "ChargeStartDate": "2021-10-07",
        "ReferenceId": "upgrade-1",
        "VendorInvoiceRowId": f"convert-{number}",
        **cells,
    }


@pytest.mark.parametrize("reference_id", ["upgrade-1", '{"id":"upgrade-1","v":"2.0"}'])
def test_a_pair_waits_together_where_one_product_has_no_list_price(
    tmp_path: Path, reference_id: str
) -> None:
    """The list knows the old product only: the refund alone would leave the customer unbilled."""
    old, new = (
        _convert(1, "CFQ7TTC0LDPB", "-12.5", ReferenceId=reference_id),
        _convert(2, "CFQ7TTC0LH18", "20", ReferenceId=reference_id),
    )
    month = _with(
        replace(october(("list", "")), lines=(*october().lines[:1], old, new)),
        price_list=[
            reference_row(
                "price_list.csv",
                vendor_id="microsoft",
                product_id="CFQ7TTC0LDPB",
                sku_id="0001",
                currency="EUR",
                unit_price="4",
                valid_from="2021-01-01",
            )
        ],
    )
    house = _billed(month, tmp_path)
    parked = _known(house, "parked_line")
    assert [(line["row_number"], line["reason"], line["hop"]) for line in parked] == [
        (2, "NO_LIST_PRICE", 2),
        (3, "NO_LIST_PRICE", 2),
    ]
    assert {line["row_number"] for line in _known(house, "detail_line")} == {1}
    told = pipeline.explain_line(house, f"{parked[0]['file_id'][:16]}-2")
    assert told["differences"] == []
    assert "row 3 of the same seat change waits" in told["match"]["failed"]["why"]


def test_a_pair_with_two_reasons_waits_for_one_of_them(tmp_path: Path) -> None:
    """The old product has no rule, the new one no list price: one reason, whatever the order."""
    rows = (_convert(1, "CFQ7TTC0LDPB", "-12.5"), _convert(2, "CFQ7TTC0LH18", "20"))
    month = october(("list", ""))
    rules = [month.reference["price_rules.csv"][0] | {"product_id": "CFQ7TTC0LH18"}]
    for number, lines in enumerate((rows, rows[::-1])):
        now = _with(replace(month, lines=lines), price_list=[], price_rules=rules)
        parked = _known(_billed(now, tmp_path / f"{number}"), "parked_line")
        assert [(line["reason"], line["hop"]) for line in parked] == [("NO_LIST_PRICE", 2)] * 2


def test_rows_without_a_reference_id_pair_by_their_event_key(tmp_path: Path) -> None:
    """30 of 31 days of 3.00 are not 2.95: that row of 2 October waits, its twin with it."""
    lines = [line | {"ReferenceId": ""} for line in october().lines]
    lines[2] |= {"EffectiveUnitPrice": "2.95", "Subtotal": "20.65", "Total": "20.65"}
    house = _billed(replace(october(("fixed", "4.00")), lines=tuple(lines)), tmp_path)
    parked = _known(house, "parked_line")
    assert [(line["row_number"], line["reason"]) for line in parked] == [
        (2, "PRORATION_NOT_REPRODUCED"),
        (3, "PRORATION_NOT_REPRODUCED"),
    ]
    assert len([line for line in _known(house, "detail_line") if line["hop"] == 2]) == 9


def _moving(first_day: str) -> Month:
    """October, with the subscription going from one customer to another on a day."""
    month = october(("markup", "10"))
    (subscription,) = month.reference["subscriptions.csv"]
    first, second = month.reference["contracts.csv"]
    other = reference_row(
        "organizations.csv", organization_id="other", role="customer", name="Other", account_no="9"
    )
    (rule,) = month.reference["price_rules.csv"]
    return _with(
        month,
        organizations=[*month.reference["organizations.csv"], other],
        contracts=[first, second, second | {"contract_id": "c-3", "buyer_id": "other"}],
        price_rules=[rule, rule | {"rule_id": "r-3", "contract_id": "c-3", "value": "20"}],
        subscriptions=[
            subscription | {"valid_to": first_day},
            subscription | {"contract_id": "c-3", "valid_from": first_day},
        ],
    )


@pytest.mark.parametrize(("seed", "files"), [(None, 1), (1, 1), (2, 3)])
def test_a_subscription_that_moves_is_billed_to_whoever_had_it_on_the_charge_date(
    tmp_path: Path, seed: int | None, files: int
) -> None:
    """From 4 October on the other customer pays: both rows of that day's change, whole pairs."""
    month = _moving("2021-10-04")
    lines = list(month.lines)
    if seed is not None:
        random.Random(seed).shuffle(lines)
    house = _billed(replace(month, lines=tuple(lines)), tmp_path, files=files)
    assert _known(house, "parked_line") == []
    found = {
        line["vendor_invoice_row_id"]: (line["buyer_id"], f"{line['total_price'].normalize():f}")
        for line in _known(house, "detail_line")
        if line["hop"] == 2
    }
    assert found == {
        "oct-01": ("customer", "33"),
        "oct-02": ("customer", "-31.9"),
        "oct-03": ("customer", "22.33"),
        "oct-04": ("customer", "-21.56"),
        "oct-05": ("customer", "36.96"),
        "oct-06": ("other", "-38.88"),
        "oct-07": ("other", "32.4"),
        "oct-08": ("other", "-31.32"),
        "oct-09": ("other", "21.924"),
        "oct-10": ("other", "-21.084"),
        "oct-11": ("other", "15.06"),
    }


@pytest.mark.parametrize(
    ("vendor_orders", "order"),
    [(["RIOderId-1"], "RIOderId-1"), (["RIOderId-1", "order-1"], "order-1"), ([], "order-1")],
)
def test_a_reservation_carries_the_order_of_its_commitment(
    tmp_path: Path, vendor_orders: list[str], order: str
) -> None:
    """The vendor's own order id counts where orders.csv has it, else the reservation's order."""
    line = october().lines[0] | {
        "ReservationOrderId": "RIOderId-1",
        "TermAndBillingCycle": "1 Year Reservation",
    }
    orders = [
        reference_row(
            "orders.csv",
            order_id=f"so-{number}",
            order_number=f"SO-{number}",
            vendor_order_id=vendor_order,
            contract_id="c-2",
            date="2021-10-01",
        )
        for number, vendor_order in enumerate(vendor_orders, 1)
    ]
    month = _with(replace(october(), lines=(line, *october().lines[1:3])), orders=orders)
    house = _billed(month, tmp_path)
    found = [line["order_id"] for line in _known(house, "detail_line") if line["hop"] == 2]
    assert found == [order, "order-1", "order-1"]


@pytest.mark.parametrize("is_reversed", [False, True])
def test_cd_337_seats_changed_by_segments_are_all_sold(
    tmp_path: Path, *, is_reversed: bool
) -> None:
    """Fixture F5 of billing-api.md 4: 5 seats to the 18th, 6 from the 19th, at 10.00 and 12.50."""
    segments = (("5", "01", "18", "6", "30"), ("6", "19", "30", "4", "24"))
    lines = [
        october().lines[0]
        | {
            "ChargeType": "cycleCharge",
            "UnitPrice": "10",
            "Quantity": seats,
            "BillableQuantity": seats,
            "ChargeStartDate": f"2021-09-{first}",
            "ChargeEndDate": f"2021-09-{last}",
            "SubscriptionStartDate": "2021-09-01",
            "EffectiveUnitPrice": effective,
            "Subtotal": total,
            "Total": total,
            "VendorInvoiceRowId": f"segment-{seats}",
        }
        for seats, first, last, effective, total in segments
    ]
    lines = lines[::-1] if is_reversed else lines
    month = replace(october(("fixed", "12.50")), period="2021-09", lines=tuple(lines))
    house = _billed(month, tmp_path)
    details = stored_lines(house, "2021-09", kind="detail_line")
    found = {(line["vendor_invoice_row_id"], line["hop"]): line["total_price"] for line in details}
    assert found == {
        ("segment-5", 1): 30,
        ("segment-5", 2): Decimal("37.5"),
        ("segment-6", 1): 24,
        ("segment-6", 2): 30,
    }
    billed = stored_lines(house, "2021-09", kind="invoice_line")
    assert {line["hop"]: line["total_price"] for line in billed} == {1: 54, 2: Decimal("67.5")}
