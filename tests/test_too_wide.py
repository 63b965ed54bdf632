"""Amounts that exact arithmetic has no room for: the line waits, the month goes on."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from months import Month, october, write_reference, write_vendor_csv
from months_exact import half_away
from months_files import Row, reference_row
from stored import stored_lines

from tieout import pipeline, rate
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
WIDE = "AMOUNT_TOO_WIDE"
SHARE = "33.333333333331"  # percent, so that the share is over 10^14
SHEET = {"EUR": "1.0857763192345678", "JPY": "0.0066889632107023"}  # USD per unit


def _run(month: Month, folder: Path) -> tuple[House, dict[str, Any]]:
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, write_reference(month, folder / "reference"), now=NOW)
    path = write_vendor_csv(month.lines, folder / "vendor.csv")
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    return house, pipeline.run_period(house, month.period, now=NOW)


def _waiting(house: House) -> list[tuple[int, str, int]]:
    found = stored_lines(house, "2021-10", kind="parked_line")
    return sorted((line["row_number"], line["reason"], line["hop"]) for line in found)


def _sold(house: House, *, hop: int) -> dict[int, Fraction]:
    found = stored_lines(house, "2021-10", kind="detail_line")
    return {
        line["row_number"]: Fraction(line["total_price"]) for line in found if line["hop"] == hop
    }


def test_a_share_of_the_gap_without_room_waits_and_its_twin_with_it(tmp_path: Path) -> None:
    """31 days, 12 charges, 18 decimals of quantity, the share, and the divisor of EUR to JPY."""
    month = october(("gap_share", SHARE))
    lines = [
        row | {"EffectiveUnitPrice": "", "Quantity": quantity, "BillableQuantity": quantity}
        for row, quantity in zip(month.lines[1:3], ("10.000000000000000001", "7"), strict=True)
    ]
    price = reference_row(
        "price_list.csv",
        vendor_id="microsoft",
        product_id="CFQ7TTC0LDPB",
        sku_id="0001",
        currency="JPY",
        valid_from="2021-01-01",
        unit_price="6001",
        term="P1Y",
        price_period="term",
        billing_plan="Monthly",
    )
    first, second = month.reference["contracts.csv"]
    (subscription,) = month.reference["subscriptions.csv"]
    known = {
        "price_list.csv": [price],
        "subscriptions.csv": [subscription | {"term": "P1Y"}],
        "contracts.csv": [first, second | {"currency": "JPY"}],
        "exchange_rates.csv": [_rate(currency) for currency in SHEET],
    }
    lines = [month.lines[0], *(row | {"ReferenceId": "change-1"} for row in lines)]
    month = replace(month, reference=month.reference | known, lines=tuple(lines))
    house, done = _run(month, tmp_path)
    assert _waiting(house) == [(2, WIDE, 2), (3, WIDE, 2)]
    assert (done["matched"], done["parked"]) == (1, 2)
    cost = 30 * Fraction(SHEET["EUR"]) / Fraction(SHEET["JPY"])
    fee = cost + Fraction(SHARE) / 100 * (Fraction(6001, 12) * 10 - cost)
    assert _sold(house, hop=2) == {1: half_away(fee, 18)}
    for row in (2, 3):
        told = pipeline.explain_named(house, f"vendor.csv:{row}")["lines"][0]
        assert told["differences"] == []
        assert told["parked"]["reason"] == told["match"]["failed"]["reason"] == WIDE


def _rate(currency: str) -> Row:
    pair = {"from": currency, "to": "USD", "base_rate": SHEET[currency]}
    return reference_row("exchange_rates.csv", source="Microsoft", date="2021-10-29", **pair)


def test_a_total_without_room_at_the_last_hop_stands_on_no_hop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4.6 x 10^17 x 1.05 has room; x 301 more has 21 digits before the point, and none."""
    monkeypatch.setattr(rate, "LINES_AT_ONCE", 2)  # the third line in a part of its own
    month = october(four_parties=True)
    first, second = month.reference["price_rules.csv"]
    known = {"price_rules.csv": [first, second | {"value": "30000"}]}
    month = replace(month, reference=month.reference | known)
    wide = dict.fromkeys(("Subtotal", "Total"), "-460000000000000000")
    month = replace(month, lines=(month.lines[0], month.lines[3] | wide, month.lines[4]))
    house, done = _run(month, tmp_path)
    assert _waiting(house) == [(2, WIDE, 3), (3, WIDE, 3)]
    assert _sold(house, hop=1) == {1: Fraction(30)}
    assert _sold(house, hop=3) == {1: Fraction("9481.5")}
    assert done["vendorLines"] == done["matched"] + done["parked"] == 3
    told = pipeline.explain_named(house, "vendor.csv:2")["lines"][0]
    assert told["differences"] == []
    again = pipeline.run_period(house, "2021-10", now=NOW)
    assert again["outputDigest"] == done["outputDigest"]


def test_a_rule_finer_than_there_is_room_for_parks_its_lines_and_the_month_goes_on(
    tmp_path: Path,
) -> None:
    """1 + 999999.999999999999 / 100 is 1000000999999999999 / 10^14: more than 18 digits."""
    month = october(four_parties=True)
    first, second = month.reference["price_rules.csv"]
    fine = second | {"rule_id": "rule-fine", "charge_class": "Correction"}
    rules = [first, second, fine | {"value": "999999.999999999999"}]
    month = replace(month, reference=month.reference | {"price_rules.csv": rules})
    house, done = _run(month, tmp_path)
    assert (done["vendorLines"], done["matched"], done["parked"]) == (11, 1, 10)
    assert _waiting(house) == [(row, WIDE, 3) for row in range(2, 12)]
    assert _sold(house, hop=3) == {1: Fraction("34.65")}
    told = pipeline.explain_named(house, "vendor.csv:2")["lines"][0]
    assert told["differences"] == []
    assert told["parked"]["reason"] == told["match"]["failed"]["reason"] == WIDE
