"""The end customer's preferred currency: F-PREF and F-PREFJPY of reporting-api.md 7.8, case A31."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from october import DIRECT, NOW, PERIOD, write_reference, write_vendor_file
from serve_case import Place, serving

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

OUT = {"direction": "outgoing"}
PREFERRED = (
    *("preferredUnitPrice", "preferredTotalPrice", "preferredExchangeRate"),
    "preferredRoundingResidual",
)
# the invoice is of 2021-11-01: the seller's own rate of the day before beats a generic one of the
# day, and what is older than seven days is none
RATES = """\
organization_id,from,to,source,base_rate,surcharge,date
reseller,EUR,USD,Custom,1.1600,1.5,2021-10-31
reseller,EUR,USD,Custom,1.9999,,2021-11-02
,EUR,USD,ECB,1.7777,,2021-11-01
customer,EUR,USD,Custom,1.5555,,2021-11-01
,EUR,JPY,ECB,132.25,,2021-10-25
,EUR,KWD,ECB,0.35,,2021-10-24
"""


def bill(folder: Path, *, percent: str, preferred: str) -> House:
    """Bill October to a customer who prefers a currency."""
    rules = {2: ("markup", percent)}
    reference = write_reference(folder / "reference", chain=DIRECT, rules=rules)
    organizations = reference / "organizations.csv"
    header, *rows = organizations.read_text().splitlines()
    told = [f"{row},{preferred if row.startswith('customer') else 'GBP'}" for row in rows]
    organizations.write_text("\n".join([f"{header},preferred_currency", *told, ""]))
    (reference / "exchange_rates.csv").write_text(RATES)
    house = open_house(folder / "home")
    upgrade(house.catalog)
    pipeline.load_reference(house, reference, now=NOW)
    path = write_vendor_file(folder / "october.csv")
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, PERIOD, now=NOW)
    return house


@pytest.fixture(scope="module")
def dollars(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    house = bill(tmp_path_factory.mktemp("dollars"), percent="10", preferred="USD")
    with serving(house) as place:
        yield place


@pytest.fixture(scope="module")
def yen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    house = bill(tmp_path_factory.mktemp("yen"), percent="0", preferred="JPY")
    with serving(house) as place:
        yield place


def told(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_a31_consolidated_totals_in_dollars(dollars: Place) -> None:
    rows = dollars.visitor("reseller").rows("reseller", **OUT)
    assert told(rows, "preferredCurrencyId", "preferredCurrency") == [("USD", "USD")] * 2
    assert told(rows, *PREFERRED) == [
        ("3.88542", "38.85", "1.1774", "-0.0042"),  # 38.8542
        ("-16.77795", "-16.78", "1.1774", "-0.007937"),
    ]


def test_a31_lines_in_dollars_add_up_to_the_correction(dollars: Place) -> None:
    rows = dollars.visitor("reseller").rows("reseller", expand="CorrectionDetails", **OUT)
    found = [Fraction(row["preferredTotalPrice"]) for row in rows]
    assert found == [Fraction(row["totalPrice"]) * Fraction("1.1774") for row in rows]
    assert sum(found) == Fraction("-16.772063")
    assert {row["preferredRoundingResidual"] for row in rows} == {None}
    assert {row["preferredUnitPrice"] for row in rows} == {"3.88542"}


def test_the_customer_sees_its_currency_on_every_page(dollars: Place) -> None:
    customer = dollars.visitor("customer", role="customerBillingAdmin")
    whole = customer.rows("customer", expand="AllDetails")
    (first,) = customer.rows("customer", expand="AllDetails", limit="1")
    assert first == whole[0]
    assert first["preferredTotalPrice"] == "38.8542"


def test_who_is_no_end_customer_has_no_preferred_currency(dollars: Place) -> None:
    rows = dollars.visitor("reseller").rows("reseller", direction="incoming")
    names = ("preferredCurrencyId", "preferredCurrency", *PREFERRED)
    assert told(rows, *names) == [(None,) * len(names)] * 2


def test_a31_totals_in_yen_have_no_decimals(yen: Place) -> None:
    reseller = yen.visitor("reseller")
    assert told(reseller.rows("reseller", **OUT), "preferredTotalPrice") == [("3968",), ("-1713",)]
    second = reseller.rows("reseller", expand="AllDetails", **OUT)[1]
    assert Fraction(second["preferredTotalPrice"]) == Fraction(-29) * Fraction("132.25")


def test_a_later_rate_leaves_the_frozen_one(yen: Place, tmp_path: Path) -> None:
    before = yen.visitor("reseller").rows("reseller", **OUT)
    later = "reseller,EUR,JPY,Custom,7,,2021-11-01"
    rates = f"{RATES.splitlines()[0]}\n{later}\n"
    (tmp_path / "exchange_rates.csv").write_text(rates)
    pipeline.load_reference(yen.house, tmp_path, now=NOW)
    pipeline.run_period(yen.house, PERIOD, now=NOW)
    assert yen.visitor("reseller").rows("reseller", **OUT) == before
