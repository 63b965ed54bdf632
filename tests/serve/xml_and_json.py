"""What a partner's XML reader finds, against the JSON of the same request: equal, as fractions."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from billing_case import lines_of
from serve_case import Visitor
from xml_reader import (
    MONEY,
    Sums,
    read_invoices,
    read_match_report,
    read_unmatched_sales,
    sums,
)

JSON = {"Accept": "application/json"}
TOTALS = {  # a total of a document, and the element of its lines that adds up to it
    "TotalExclVAT": "ExtendedPrice",
    "TotalVAT": "VAT",
    "TotalPurchases": "PurchasePrice",
}


def read_both(visitor: Visitor, path: str, query: dict[str, str]) -> tuple[bytes, Any]:
    """Ask once for XML, once for JSON, whose numbers are given as text."""
    xml, told = (
        visitor.client.get(path, params=query, headers={"Accept": kind})
        for kind in ("application/xml", JSON["Accept"])
    )
    assert (xml.status_code, told.status_code) == (200, 200), xml.text
    for name in ("Tieout-Line-Count", "Tieout-Warnings"):
        assert xml.headers.get(name) == told.headers.get(name)
    return xml.content, told.json(parse_float=str, parse_int=str)


def compare(visitor: Visitor, path: str, query: dict[str, str]) -> int:
    """Hold both answers to one request against each other; give the number of price lines."""
    content, document = read_both(visitor, path, query)
    invoices = list(read_invoices(content))
    assert [one.number for one in invoices] == [
        one["Header"]["InvoiceID"] for one in document["Invoices"]
    ]
    assert sums(invoices) == json_sums(document)
    for read, told in zip(invoices, document["Invoices"], strict=True):
        assert read.totals == plain(told["Totals"])
        assert [line.values for line in read.lines] == [
            plain(line) for line in lines_of({"Invoices": [told]})
        ]
        assert read.warnings == tuple(
            (one["Code"], tuple(one["LineIds"])) for one in told.get("Warnings", ())
        )
        for total, name in TOTALS.items():
            if total in read.totals:
                amounts = [Fraction(line.values.get(name, "0")) for line in read.lines]
                assert Fraction(read.totals[total]) == sum(amounts)
    if "MatchReport" in document:
        compare_matching(content, document)
    return sum(len(one.lines) for one in invoices)


def compare_matching(content: bytes, document: Any) -> None:
    """Hold what both say of matching against each other."""
    report = document["MatchReport"]
    told = {key: value for key, value in report.items() if isinstance(value, str)}
    told |= {f"tier {one['MatchTier']}": one["Lines"] for one in report["Tiers"]}
    told |= {one["MatchStatus"]: one["Lines"] for one in report["Statuses"]}
    assert read_match_report(content) == told
    sales = read_unmatched_sales(content)
    assert sales == [plain(one) for one in document["UnmatchedSales"]]
    if not document["MatchGroups"]:
        unmatched = sum((Fraction(one["SalesPrice"]) for one in sales), Fraction(0))
        assert Fraction(told["SalesUnmatched"]) == unmatched


def json_sums(document: Any) -> Sums:
    """Add up the amounts of JSON, exactly."""
    found: Sums = defaultdict(Fraction)
    for invoice in document["Invoices"]:
        for customer in invoice["Customers"]:
            for subscription in customer["Subscriptions"]:
                for line in subscription["PriceLines"]:
                    for name in MONEY:
                        if line.get(name) is not None:
                            key = (invoice["Header"]["Currency"], customer["AccountID"] or "", name)
                            found[key] += Fraction(line[name])
    return dict(found)


def plain(values: dict[str, Any]) -> dict[str, str]:
    """Give the scalars that are there, as XML shows them."""
    return {key: value for key, value in values.items() if isinstance(value, str) and value}
