"""Invariants I1 to I7 of billing-api.md 5.1 over generated months, for every party."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from billing_case import JSON, lines_of
from hypothesis import HealthCheck, Phase, given, settings
from months import Month, months, october, write_reference, write_vendor_csv
from serve_case import serving
from sqlalchemy import update
from xml_and_json import compare

from tieout import pipeline
from tieout.money import minor_units
from tieout.store.catalog import setting
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

NOW = dt.datetime(2027, 4, 2, tzinfo=dt.UTC)
EVER = {"startDate": "20150101", "endDate": "20301231"}
INVOICES = ("invoices", "customerinvoices", "consolidatedinvoices")
XML_OF = {"invoices": ("v4",), "customerinvoices": ("v2",), "consolidatedinvoices": ("v4", "v3")}
Line = dict[str, Any]


def billed(month: Month, folder: Path) -> House:
    house = open_house(folder / "home")
    upgrade(house.catalog)
    with house.catalog.write() as connection:
        connection.execute(update(setting).values(value="the same secret"))
    pipeline.load_reference(house, write_reference(month, folder / "reference"), now=NOW)
    path = write_vendor_csv(month.lines, folder / "vendor.csv")
    pipeline.load_files(house, [(path.name, path)], now=NOW)
    pipeline.run_period(house, month.period, now=NOW)
    return house


@dataclass(frozen=True)
class Seen:
    """The three answers for one party."""

    invoices: dict[str, Any]
    customerinvoices: dict[str, Any]
    consolidatedinvoices: dict[str, Any]


def read_all(
    house: House, month: Month, *, reads_xml: bool = False
) -> Iterator[tuple[dict[str, bytes], Seen]]:
    """Give what each distributor and reseller reads: bytes, and documents with numbers as text.

    With `reads_xml` a partner's reader gets the same from XML.
    """
    parties = [
        row["organization_id"]
        for row in month.reference["organizations.csv"]
        if row["role"] in ("distributor", "reseller")
    ]
    with serving(house) as place:
        for party in parties:
            visitor = place.visitor(party, role="distributorAdmin")
            answers = {
                name: visitor.client.get(f"/billing/v4/{name}", params=EVER, headers=JSON)
                for name in INVOICES
            }
            assert {answer.status_code for answer in answers.values()} == {200}
            if reads_xml:
                for name, versions in XML_OF.items():
                    for version in versions:
                        compare(visitor, f"/billing/{version}/{name}", EVER)
            yield (
                {name: answer.content for name, answer in answers.items()},
                Seen(**{n: a.json(parse_float=str, parse_int=str) for n, a in answers.items()}),
            )


def placed(document: dict[str, Any]) -> Iterator[tuple[str, str, Line]]:
    """Give every line with its document's number and currency."""
    for invoice in document["Invoices"]:
        header = invoice["Header"]
        for line in lines_of({"Invoices": [invoice]}):
            yield header["InvoiceID"], header["Currency"], line


def ids(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(number, line["LineId"], line["LineSeq"]) for number, _, line in placed(document)]


def check_prices(document: dict[str, Any], unit: str, discount: str, amount: str) -> None:
    """I1, from printed values: within half a coin and what ten decimals leave of it."""
    for _, currency, line in placed(document):
        if line[amount] is None:
            continue
        gross = Fraction(line["Quantity"]) * Fraction(line["Duration"]) * Fraction(line[unit])
        coin = Fraction(1, 10 ** (minor_units(currency) or 0))
        off = abs(gross - Fraction(line[discount]) - abs(Fraction(line[amount])))
        assert off <= coin / 2 + Fraction(1, 100) * coin, line


def check_totals(document: dict[str, Any], *, total: str, amount: str) -> None:
    """I3: the totals are the sums of the printed lines."""
    for invoice in document["Invoices"]:
        lines = lines_of({"Invoices": [invoice]})
        totals = invoice["Totals"]
        assert Fraction(totals[total]) == sum(Fraction(line[amount]) for line in lines)
        assert int(totals["LineCount"]) == len(lines)
        if "PurchasesMatched" in totals:
            both = Fraction(totals["PurchasesMatched"]) + Fraction(totals["PurchasesUnmatched"])
            assert both == Fraction(totals[total])


def check_sales(seen: Seen) -> None:
    """I3 over all dates: linked and unmatched sales are all sales, by currency."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    expected: dict[str, Fraction] = defaultdict(Fraction)
    currency_of = {}
    for number, currency, line in placed(seen.customerinvoices):
        currency_of[number] = currency
        expected[currency] += Fraction(line["ExtendedPrice"])
    for _, _, line in placed(seen.consolidatedinvoices):
        if line["SalesPrice"] is not None:
            found[line["SalesCurrency"]] += Fraction(line["SalesPrice"])
    for sale in seen.consolidatedinvoices["UnmatchedSales"]:
        found[currency_of[sale["InvoiceID"]]] += Fraction(sale["SalesPrice"])
    assert {k: v for k, v in found.items() if v} == {k: v for k, v in expected.items() if v}


def check_links(seen: Seen) -> None:
    """I4 to I6, and R-374: the join of the two sides on MatchKey is the consolidated answer."""
    assert sorted(ids(seen.invoices)) == sorted(ids(seen.consolidatedinvoices))
    assert len(set(ids(seen.invoices))) == len(ids(seen.invoices))
    bought = {line["MatchKey"]: (n, line["LineId"]) for n, _, line in placed(seen.invoices)}
    sold = {line["MatchKey"]: (n, line["LineId"]) for n, _, line in placed(seen.customerinvoices)}
    assert len(bought) == len(ids(seen.invoices))
    assert len(sold) == len(ids(seen.customerinvoices))
    pairs: dict[str, tuple[Any, Any]] = {}
    linked = []
    for number, _, line in placed(seen.consolidatedinvoices):
        sale = None
        if line["SalesLineId"] is not None:
            sale = (line["SalesInvoiceID"], line["SalesLineId"])
            linked.append(sale)
        pairs[line["MatchKey"]] = ((number, line["LineId"]), sale)
    for one in seen.consolidatedinvoices["UnmatchedSales"]:
        pairs[one["MatchKey"]] = (None, (one["InvoiceID"], one["LineId"]))
    assert len(set(linked)) == len(linked)
    assert pairs == {key: (bought.get(key), sold.get(key)) for key in {*bought, *sold}}


@settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(month=months())
def test_invariants_hold_for_every_party_of_a_month(
    tmp_path_factory: pytest.TempPathFactory, month: Month
) -> None:
    house = billed(month, tmp_path_factory.mktemp("month"))
    for _, seen in read_all(house, month, reads_xml=True):
        for document in (seen.invoices, seen.customerinvoices):
            check_prices(document, "UnitPrice", "Discount", "ExtendedPrice")
            check_totals(document, total="TotalExclVAT", amount="ExtendedPrice")
        both = seen.consolidatedinvoices
        check_prices(both, "PurchaseUnitPrice", "PurchaseDiscount", "PurchasePrice")
        check_totals(both, total="TotalPurchases", amount="PurchasePrice")
        check_sales(seen)
        check_links(seen)


def test_i7_shuffled_rows_give_the_same_bytes(tmp_path: Path) -> None:
    month = october(four_parties=True)
    lines = list(month.lines)
    random.Random(7).shuffle(lines)
    one = billed(month, tmp_path / "one")
    other = billed(replace(month, lines=tuple(lines)), tmp_path / "other")
    first = [content for content, _ in read_all(one, month)]
    second = [content for content, _ in read_all(other, month)]
    assert first == second
    assert any(b'"LineId"' in content["invoices"] for content in first)
