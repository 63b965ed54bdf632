"""Sheets of exchange rates become rows of exchange_rates.csv, digit for digit."""

import pytest
from price_case import Read, one, rows
from price_sheets import FX, sheet


def test_the_documented_exchange_rate_keeps_all_its_digits(read: Read) -> None:
    staged = read(sheet(FX))
    assert (staged.format, staged.resource) == ("ms_fx", "exchange_rates")
    assert rows(staged) == [
        {
            "row": 1,
            "from": "AED",
            "to": "USD",
            "source": "Microsoft",
            "base_rate": "0.27224589249009701",
            "date": "2019-09-01",
        }
    ]


@pytest.mark.parametrize(
    ("month", "date"),
    [
        ("201909", "2019-09-01"),
        ("2019-09", "2019-09-01"),
        ("9/2019", "2019-09-01"),
        ("9/14/2019", "2019-09-01"),
        ("2019-09-14T00:00:00Z", "2019-09-01"),
        ("201913", "2019-13-01"),  # told by the reference stage to be no date
        ("2019", "2019"),
    ],
)
def test_a_month_is_its_first_day(read: Read, month: str, date: str) -> None:
    assert one(read(sheet(FX, {"Month": month})), "date") == date


def test_currencies_that_are_none_any_more_are_left_out_by_name(read: Read) -> None:
    codes = ["HRK", "EUR", "usd", "BYR", "EURO"]
    staged = read(sheet(FX, *({"CurrencyCode": code, "USDPerUnit": "1.0"} for code in codes)))
    assert (staged.rows, staged.left_out) == (5, 3)
    assert [row["from"] for row in rows(staged)] == ["EUR", "EURO"]
    assert staged.notices == (
        "left out, currencies that ISO 4217 does not have: HRK, BYR",
        "left out, USD to itself: usd",
    )


def test_a_usd_rate_that_is_not_one_is_kept_for_a_fault(read: Read) -> None:
    staged = read(sheet(FX, {"CurrencyCode": "USD", "USDPerUnit": "1.1"}))
    assert (staged.left_out, one(staged, "from")) == (0, "USD")
