"""F-CANCEL of reporting-api.md 7.8: a Correction of one line and how its quantity shows (A23)."""

import csv
from collections.abc import Iterator
from fractions import Fraction

import pytest
from october import DIRECT, HEADER, NOW, PERIOD, cells, write_reference
from serve_case import HEADERS, Place, serving

from tieout import pipeline
from tieout.store.house import open_house
from tieout.store.migrations import upgrade

OUT = {"direction": "outgoing"}
LINES = (("new", "3", "30"), ("cancelImmediate", "-3", "-30"))


@pytest.fixture(scope="module")
def cancelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("cancelled")
    rules = {2: ("pass_through", "")}
    reference = write_reference(folder / "reference", chain=DIRECT, rules=rules)
    path = folder / "cancelled.csv"
    days = {"ChargeEndDate": "2021-11-11", "SubscriptionStartDate": "2021-10-12"}
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for number, (charge_type, unit, total) in enumerate(LINES, start=1):
            line = cells(number, charge_type, 12, ("10", unit, total))
            known = dict(zip(HEADER, line, strict=True)) | days
            writer.writerow([known[name] for name in HEADER])
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, reference, now=NOW)
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, PERIOD, now=NOW)
    with serving(house) as place:
        yield place


def figures(place: Place) -> list[tuple[object, ...]]:
    rows = place.visitor("reseller").rows("reseller", **OUT)
    prices = ("unitPrice", "effectiveUnitPrice", "resellerUnitPrice")
    return [
        (row["chargeType"], row["totalPrice"], *(Fraction(row[n]) for n in ("quantity", *prices)))
        for row in rows
    ]


def test_a23_a_cancellation_keeps_its_quantity(cancelled: Place) -> None:
    assert figures(cancelled) == [
        ("CycleFee", "30.00", 10, 3, 3, 3),
        ("Correction", "-30.00", 10, -3, -3, -3),
    ]
    (header,) = cancelled.visitor("reseller").rows("reseller", path=HEADERS, **OUT)
    assert header["totalAmount"] == "0.00"


def test_a_cancellation_is_one_where_all_corrections_are(cancelled: Place) -> None:
    with serving(cancelled.house, correction_quantity="alwaysOne") as place:
        assert figures(place) == [
            ("CycleFee", "30.00", 10, 3, 3, 3),
            ("Correction", "-30.00", 1, -30, -30, -30),
        ]
