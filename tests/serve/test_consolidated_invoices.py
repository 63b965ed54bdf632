"""Billing API v4, consolidated invoices: purchase and sale of one line beside each other."""

import json
import re
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest
from october import NOW
from serve_case import CONSOLIDATED, Place, Visitor

RANGE = {"format": "json", "startDate": "2021-11-01", "endDate": "20211101"}


def read(visitor: Visitor, **query: str) -> dict[str, Any]:
    answer = visitor.client.get(CONSOLIDATED, params=RANGE | query)
    assert answer.status_code == 200, answer.text
    assert canonical(answer.text) == answer.text
    document: dict[str, Any] = answer.json(parse_float=str)
    return document


def canonical(text: str) -> str:
    """Write a document again with sorted keys and no space, its numbers untouched."""
    tree = json.loads(text, parse_float=lambda number: f"@{number}")

    def ordered(node: object) -> object:
        if isinstance(node, dict):
            return {name: ordered(node[name]) for name in sorted(node, key=str.lower)}
        return [ordered(one) for one in node] if isinstance(node, list) else node

    again = json.dumps(ordered(tree), ensure_ascii=False, separators=(",", ":"))
    return re.sub(r'"@([0-9.-]+)"', r"\1", again)


def lines_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        line
        for invoice in document["Invoices"]
        for customer in invoice["Customers"]
        for subscription in customer["Subscriptions"]
        for line in subscription["PriceLines"]
    ]


def test_f_oct10_sales_side_comes_to_18_75(oct_10: Place) -> None:
    document = read(oct_10.visitor("reseller"))
    lines = lines_of(document)
    shown = ("LineId", "PurchaseUnitPrice", "PurchasePrice", "SalesUnitPrice", "SalesPrice")
    assert [tuple(line[name] for name in shown) for line in lines[:2] + lines[8:]] == [
        (1, "3.00", "30.00", "3.30", "33.00"),
        (2, "2.90", "-29.00", "3.19", "-31.90"),
        (9, "2.61", "18.27", "2.871", "20.10"),
        (10, "2.51", "-17.57", "2.761", "-19.33"),
        (11, "2.51", "12.55", "2.761", "13.81"),
    ]
    totals = document["Invoices"][0]["Totals"]
    assert (totals["TotalPurchases"], totals["TotalSales"]) == ("17.05", "18.76")
    (rounding,) = document["UnmatchedSales"]
    assert (rounding["LineId"], rounding["SalesPrice"]) == (12, "-0.01")
    assert rounding["MatchReason"] == "rounding"
    report = document["MatchReport"]
    assert report["SalesUnmatched"] == "-0.01"
    assert Fraction(totals["TotalSales"]) + Fraction(report["SalesUnmatched"]) == Fraction("18.75")


def test_the_buyer_of_a_rounded_document_sees_its_rounding_line(chain: Place) -> None:
    document = read(chain.visitor("reseller"))
    lines = lines_of(document)
    assert sum(Fraction(line["PurchasePrice"]) for line in lines) == Fraction("17.90")
    assert document["Invoices"][0]["Totals"]["TotalPurchases"] == "17.90"
    sold = Fraction(document["Invoices"][0]["Totals"]["TotalSales"])
    assert sold + Fraction(document["MatchReport"]["SalesUnmatched"]) == Fraction("19.69")


def test_signs_stand_in_the_amounts_only(oct_10: Place) -> None:
    for line in lines_of(read(oct_10.visitor("reseller"))):
        for name in ("Quantity", "Duration", "PurchaseUnitPrice", "SalesUnitPrice"):
            assert Fraction(line[name]) >= 0
        for side in ("Purchase", "Sales"):
            price, unit = Fraction(line[f"{side}Price"]), Fraction(line[f"{side}UnitPrice"])
            assert abs(abs(price) - Fraction(line["Quantity"]) * unit) <= Fraction("0.005")


def test_an_unpublished_sale_is_null_with_a_reason(chain_new: Place) -> None:
    document = read(chain_new.visitor("distributor", role="distributorAdmin"))
    lines = lines_of(document)
    assert len(lines) == 11
    for line in lines:
        assert (line["MatchStatus"], line["MatchReason"]) == ("unmatched_purchase", "not_published")
        for name in ("SalesUnitPrice", "SalesDiscount", "SalesPrice", "SalesCurrency"):
            assert line[name] is None
        assert (line["SalesInvoiceID"], line["SalesLineId"], line["MatchTier"]) == (
            None,
            None,
            None,
        )
    totals = document["Invoices"][0]["Totals"]
    assert (totals["TotalPurchases"], totals["TotalSales"]) == ("17.05", "0.00")
    assert totals["SalesCurrency"] is None


def test_r_215_the_file_name_tells_version_and_range(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    answer = visitor.client.get(CONSOLIDATED, params=RANGE)
    name = "consolidatedinvoices_v4_20211101-20211101.json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["API-Version"] == "v4"
    assert answer.headers["Tieout-Line-Count"] == "11"
    default = visitor.client.get(CONSOLIDATED, headers={"Accept": "application/json"})
    assert "_20260823-20261123.json" in default.headers["Content-Disposition"]
    assert default.text == (
        '{"Invoices":[],"MatchGroups":[],"MatchReport":{"PurchaseLineCount":0,"SalesInGroups":0.00,'
        '"SalesLineCount":0,"SalesUnmatched":0.00,"Statuses":[],"Tiers":[]},"UnmatchedSales":[]}'
    )
    assert NOW.date().isoformat() == "2026-11-23"


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ({"colour": "red"}, 400, "unknown-parameter"),
        ({"limit": "0"}, 400, "invalid-parameter"),
        ({"cursor": "AAAA"}, 400, "invalid-cursor"),
        ({"startDate": "20211132"}, 400, "invalid-parameter"),
        ({"startDate": "20211102"}, 400, "invalid-date-range"),
        ({"format": "pdf"}, 400, "invalid-parameter"),
        ({"party": "distributor"}, 403, "scope-not-allowed"),
        ({"lines": "folded"}, 400, "invalid-parameter"),
    ],
)
def test_what_is_refused_says_so(
    oct_10: Place, query: dict[str, Any], status: int, slug: str
) -> None:
    answer = oct_10.visitor("reseller").client.get(CONSOLIDATED, params=RANGE | query)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (status, slug)
    assert answer.headers["API-Version"] == "v4"


def test_a_key_of_two_organizations_names_the_party(chain: Place) -> None:
    visitor = chain.visitor("distributor", "reseller", "customer", role="distributorAdmin")
    answer = visitor.client.get(CONSOLIDATED, params=RANGE)
    assert answer.json()["type"].endswith("/party-required")
    assert len(lines_of(read(visitor, party="reseller"))) >= 11
    refused = visitor.client.get(CONSOLIDATED, params=RANGE | {"party": "customer"})
    assert refused.status_code == 403


def test_no_key_and_no_version(oct_10: Place) -> None:
    visitor = oct_10.visitor("reseller")
    answer = visitor.client.get(CONSOLIDATED, params=RANGE, headers={"Authorization": ""})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    unknown = visitor.client.get("/billing/v9/invoices")
    assert (unknown.status_code, unknown.json()["versions"]) == (404, ["v1", "v2", "v3", "v4"])


def test_vis_4_no_renderer_names_a_cost_column() -> None:
    for file in files("tieout.serve.billing").iterdir():
        if file.name.endswith((".py", ".sql")):
            text = file.read_text("utf-8")
            assert not re.search(r"\bcost_(?!center|only)", text), file.name
