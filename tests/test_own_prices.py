"""Prices of the list and the partner earned credit, from files to the store, by hand."""

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

from tieout import pipeline
from tieout.store.house import open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
LIST, OFF_LIST = ("list", ""), ("discount_on_list", "10")
AZURE = {
    "ChargeType": "Usage",
    "TermAndBillingCycle": "",
    "UnitPrice": "0.868",
    "BillableQuantity": "29",
    "EffectiveUnitPrice": "0.737586206896552",
    "Subtotal": "21.39",
    "Total": "21.39",
}
CREDIT = '["15.0% Partner earned credit for services managed"]'


def _price(**cells: str) -> Row:
    known = {
        "vendor_id": "microsoft",
        "product_id": "CFQ7TTC0LDPB",
        "sku_id": "0001",
        "currency": "EUR",
        "valid_from": "2021-01-01",
    }
    return reference_row("price_list.csv", **known | cells)


def _month(
    rule: tuple[str, str], *, prices: list[Row], term: str = "", four: bool = False
) -> Month:
    """Give October with prices of the list, the subscription having a term."""
    month = october(rule, four_parties=four)
    (subscription,) = month.reference["subscriptions.csv"]
    known = {"subscriptions.csv": [subscription | {"term": term}], "price_list.csv": prices}
    return replace(month, reference=month.reference | known)


def _billed(month: Month, folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the detail lines in file order and the parked lines of a month."""
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, write_reference(month, folder / "reference"), now=NOW)
    path = write_vendor_csv(month.lines, folder / "vendor.csv")
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, month.period, now=NOW)
    details = stored_lines(house, month.period, kind="detail_line")
    details.sort(key=lambda line: (line["hop"], line["row_number"]))
    return details, stored_lines(house, month.period, kind="parked_line")


def test_an_annual_price_billed_monthly_is_a_twelfth_less_the_discount(tmp_path: Path) -> None:
    """The published ax-15: 657.6 a year is 54.8 a month, less 10 % 49.32."""
    price = _price(
        term="P1Y", billing_plan="Monthly", unit_price="500", erp_price="657.6", price_period="term"
    )
    details, parked = _billed(_month(OFF_LIST, prices=[price], term="P1Y"), tmp_path)
    assert parked == []
    fee, removed = [line for line in details if line["hop"] == 2][:2]
    assert Fraction(fee["unit_price"]) == Fraction("49.32")
    assert Fraction(fee["total_price"]) == Fraction("493.2")  # 10 seats, the whole month
    assert Fraction(removed["unit_price"]) == Fraction("49.32")
    thirty_days = -Fraction("49.32") * Fraction(30, 31) * 10
    assert Fraction(removed["total_price"]) == half_away(thirty_days, 18)


@pytest.mark.parametrize(
    ("keys", "unit"),
    [
        ([{"unit_price": "4"}], "4"),
        ([{"unit_price": "4", "erp_price": "5"}], "5"),
        ([{"unit_price": "4"}, {"unit_price": "6", "billing_plan": "Monthly"}], "6"),
        ([{"unit_price": "4"}, {"unit_price": "6", "billing_plan": "Annual"}], "4"),
        ([{"unit_price": "4", "valid_to": "2021-10-01"}], None),
        ([{"unit_price": "4", "currency": "USD"}], None),
        ([{"unit_price": "6", "term": "P3Y"}], None),
        ([{"unit_price": "4", "segment": "Charity"}, {"unit_price": "6", "segment": ""}], None),
        ([{"unit_price": "3", "erp_price": "7", "tier_min": "0", "tier_max": "5"}], "7"),
        ([{"unit_price": "2", "erp_price": "7", "tier_min": "6"}], None),
    ],
)
def test_the_price_of_the_list_is_the_one_that_names_most_of_the_line(
    tmp_path: Path, keys: list[Row], unit: str | None
) -> None:
    """The vendor's unit price is 3: it tells the tier. Two prices that fit alike are none."""
    details, parked = _billed(_month(LIST, prices=[_price(**key) for key in keys]), tmp_path)
    if unit is None:
        assert {line["reason"] for line in parked} == {"NO_LIST_PRICE"}
        assert {line["hop"] for line in parked} == {2}
    else:
        assert {Fraction(line["unit_price"]) for line in details if line["hop"] == 2} == {
            Fraction(unit)
        }


@pytest.mark.parametrize(
    ("segment", "unit"), [("Charity", "4"), ("commercial", "6"), ("Education", "7"), ("", None)]
)
def test_a_subscriptions_segment_takes_its_own_list_price_before_one_for_all(
    tmp_path: Path, segment: str, unit: str | None
) -> None:
    """A subscription that does not tell its segment fits them all, so the price is not known."""
    units = {"Charity": "4", "Commercial": "6", "": "7"}
    prices = [_price(unit_price=price, segment=name) for name, price in units.items()]
    month = _month(LIST, prices=prices)
    (subscription,) = month.reference["subscriptions.csv"]
    known = {"subscriptions.csv": [subscription | {"segment": segment}]}
    month = replace(month, reference=month.reference | known)
    details, parked = _billed(month, tmp_path)
    found = {Fraction(line["unit_price"]) for line in details if line["hop"] == 2}
    assert found == ({Fraction(unit)} if unit else set())
    assert {line["reason"] for line in parked} == (set() if unit else {"NO_LIST_PRICE"})
    if unit:
        house = open_house(tmp_path / "home")
        told = pipeline.explain_line(house, f"{details[0]['file_id'][:16]}-2")
        assert told["differences"] == []


@pytest.mark.parametrize(
    ("keeps", "totals"),
    [
        ({}, ("21.39", "22.4595", "24.70545")),  # +5 %, then +10 %
        ({2: "keep"}, (Fraction("21.39"), Fraction("21.39") / Fraction("0.85") * Fraction("1.05"))),
        ({3: "keep"}, ("21.39", "22.4595", Fraction("24.70545") / Fraction("0.85"))),
        ({2: "keep", 3: "keep"}, ("21.39", Fraction("22.4595") / Fraction("0.85"))),
    ],
)
def test_the_first_seller_that_keeps_the_credit_rates_what_usage_cost_before_it(
    tmp_path: Path, keeps: dict[int, str], totals: tuple[Fraction | str, ...]
) -> None:
    """The published ms-az-01: 29 hours at 0.868 less 15 % are 21.39; above, nobody keeps twice."""
    month = _month(("markup", "0"), prices=[], four=True)
    rules = [
        rule | {"earned_credit": keeps.get(int(rule["rule_id"][-1]), "")}
        for rule in month.reference["price_rules.csv"]
    ]
    usage = month.lines[0] | AZURE | {"PriceAdjustmentDescription": CREDIT}
    month = replace(month, reference=month.reference | {"price_rules.csv": rules}, lines=(usage,))
    details, parked = _billed(month, tmp_path)
    assert parked == []
    found = [Fraction(line["total_price"]) for line in details]
    for total, line in zip(totals, found, strict=False):
        assert line == half_away(Fraction(total), 18)
    if len(totals) == 2:
        second = half_away(Fraction(totals[1]), 18)
        assert found[2] == half_away(second * Fraction("1.1"), 18)
    assert {Fraction(line["unit_price"]) for line in details} == {
        Fraction("0.868"),
        Fraction("0.868") * Fraction("1.05"),
        Fraction("0.868") * Fraction("1.05") * Fraction("1.1"),
    }


def test_a_share_of_the_gap_lies_between_cost_and_list_and_is_rounded_once(tmp_path: Path) -> None:
    """A quarter of the way from 3 to the list's 4: unit 3.25; ten seats 30 and 40, so 32.5."""
    prices = [_price(unit_price="4")]
    details, parked = _billed(_month(("gap_share", "25"), prices=prices), tmp_path)
    assert parked == []
    fee, removed = [line for line in details if line["hop"] == 2][:2]
    assert (fee["unit_price"], fee["total_price"]) == (Fraction("3.25"), Fraction("32.5"))
    cost, listed = Fraction(-29), Fraction(-4) * Fraction(30, 31) * 10  # 30 of 31 days
    assert Fraction(removed["total_price"]) == half_away(cost + (listed - cost) / 4, 18)
    assert removed["policy"] == "hop-exact@1"


def test_a_share_of_the_gap_without_a_list_price_waits(tmp_path: Path) -> None:
    details, parked = _billed(_month(("gap_share", "25"), prices=[]), tmp_path)
    assert details == []
    assert {(line["reason"], line["hop"]) for line in parked} == {("NO_LIST_PRICE", 2)}


def test_a_share_of_the_gap_may_keep_the_credit_of_its_cost(tmp_path: Path) -> None:
    """21.39 was 21.39 / 0.85 before the credit; 29 hours at the list's 0.9 are 26.1."""
    prices = [_price(unit_price="0.9")]
    month = _month(("gap_share", "50"), prices=prices)
    (rule,) = month.reference["price_rules.csv"]
    rules = {"price_rules.csv": [rule | {"earned_credit": "keep"}]}
    usage = month.lines[0] | AZURE | {"PriceAdjustmentDescription": CREDIT}
    month = replace(month, reference=month.reference | rules, lines=(usage,))
    details, parked = _billed(month, tmp_path)
    assert parked == []
    before = Fraction("21.39") / Fraction("0.85")
    assert Fraction(details[-1]["total_price"]) == half_away((before + Fraction("26.1")) / 2, 18)
