"""Rates of a vendor's sheet, USD per unit with all their digits, used exactly at each hop."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from months import october, write_reference, write_vendor_csv
from months_exact import half_away
from months_files import Row, reference_row
from stored import stored_lines

from tieout import pipeline
from tieout.store.house import open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
SHEET = {
    "EUR": "1.0857763192345678",
    "JPY": "0.0066889632107023",
    "IDR": "0.00006431234567890123",  # 20 decimals, 16 digits that count
}


def _sheet(day: str = "2021-10-29", **rates: str) -> list[Row]:
    return [_rate("Microsoft", currency, "USD", rate, day) for currency, rate in rates.items()]


def _rate(source: str, bought: str, sold: str, rate: str, day: str = "2021-10-29") -> Row:
    pair = {"from": bought, "to": sold}
    return reference_row("exchange_rates.csv", source=source, base_rate=rate, date=day, **pair)


def _billed(folder: Path, currencies: tuple[str, str], rates: list[Row]) -> Any:
    """Give house, details of the first line by hop, and parked lines; 30 EUR at hop 1."""
    month = october(("markup", "5"), four_parties=True)
    contracts = [
        contract | {"currency": currency}
        for contract, currency in zip(
            month.reference["contracts.csv"], ("EUR", *currencies), strict=True
        )
    ]
    known = {"contracts.csv": contracts, "exchange_rates.csv": rates}
    month = replace(month, reference=month.reference | known)
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, write_reference(month, folder / "reference"), now=NOW)
    path = write_vendor_csv(month.lines, folder / "vendor.csv")
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, month.period, now=NOW)
    details = stored_lines(house, month.period, kind="detail_line")
    fees = [line for line in details if line["row_number"] == 1]
    parked = stored_lines(house, month.period, kind="parked_line")
    return house, sorted(fees, key=lambda line: line["hop"]), parked


@pytest.mark.parametrize("currencies", [("USD", "IDR"), ("JPY", "IDR"), ("IDR", "JPY")])
def test_usd_per_unit_converts_any_pair_as_a_fraction(
    tmp_path: Path, currencies: tuple[str, str]
) -> None:
    """X to Y is USD per X over USD per Y; each hop rounds once, at the 18th decimal."""
    house, fees, parked = _billed(tmp_path, currencies, _sheet(**SHEET))
    assert parked == []
    per_usd = {currency: Fraction(rate) for currency, rate in SHEET.items()} | {"USD": Fraction(1)}
    amount, before = Fraction(30), "EUR"
    for line, currency, factor in zip(fees[1:], currencies, ("1.05", "1.1"), strict=True):
        rate = per_usd[before] / per_usd[currency]
        amount, before = half_away(amount * rate * Fraction(factor), 18), currency
        assert (Fraction(line["total_price"]), line["currency"]) == (amount, currency)
        assert Fraction(line["cost_exchange_rate"]) == Fraction(rate * 10**18 // 1, 10**18)
    line_id = f"{fees[0]['file_id'][:16]}-1"
    told = pipeline.explain_line(house, line_id)
    assert [Fraction(hop["totalPrice"]) for hop in told["hops"]] == [
        Fraction(line["total_price"]) for line in fees
    ]


def test_a_quoted_rate_of_the_pair_comes_before_one_by_way_of_usd(tmp_path: Path) -> None:
    rates = [*_sheet("2021-10-31", **SHEET), _rate("ECB", "EUR", "JPY", "132.25")]
    _, fees, _ = _billed(tmp_path, ("JPY", "JPY"), rates)
    assert Fraction(fees[1]["total_price"]) == 30 * Fraction("132.25") * Fraction("1.05")


def test_two_halves_of_different_days_or_owners_make_no_rate(tmp_path: Path) -> None:
    other_day = _sheet("2021-10-28", JPY=SHEET["JPY"])
    _, fees, parked = _billed(tmp_path, ("JPY", "JPY"), [*_sheet(EUR=SHEET["EUR"]), *other_day])
    assert fees == []
    assert {(line["reason"], line["hop"]) for line in parked} == {("NO_EXCHANGE_RATE", 2)}
