"""Links of two files kept for their party, as consolidated invoices tell them (fixture M)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from billing_case import Reader, lines_of, served
from filed_case import DOCUMENT, OTHER, ROWS, document_of, hand_of, write_lines
from hand_charges import Store
from october import NOW
from serve_case import Place

from tieout import pipeline


@dataclass(frozen=True)
class Kept:
    """A served store, its two files, and what was read before and after the links were kept."""

    place: Place
    files: tuple[Path, Path]
    before: dict[str, bytes]
    reader: Reader


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("filed")
    bought = [(name, line) for name, row in ROWS.items() for line in row.purchases]
    sold = [("R-1", line) for row in ROWS.values() for line in row.sales]
    files = (
        write_lines(folder / "purchases.csv", [(document_of(name), line) for name, line in bought]),
        write_lines(
            folder / "sales.csv", sold[::-1], invoice_date="20260725", customer_id="1000881"
        ),
    )
    with served(folder, Store([hand_of(*one) for one in bought])) as place:
        before = _everything(place)
        found = pipeline.keep_match(place.house, files, party="reseller", now=NOW)
        assert found["kept"]["status"] == "kept"
        assert (found["kept"]["party"], found["kept"]["period"]) == ("reseller", "2026-06")
        yield Kept(place, files, before, Reader(place))


def _everything(place: Place) -> dict[str, bytes]:
    """Give what nobody may see changed: the reseller's purchases, and all that others read."""
    return {
        f"{party} {endpoint}": Reader(place, party).get(endpoint).content
        for party, endpoint in (
            ("reseller", "invoices"),
            ("reseller", "customerinvoices"),
            ("distributor", "consolidatedinvoices"),
            ("customer-1000881", "invoices"),
        )
    }


def _expected() -> dict[str, tuple[str, str | None, str | None, str | None]]:
    """Give status, tier, reason and sale of each purchase line, by its id, from the page."""
    found: dict[str, tuple[str, str | None, str | None, str | None]] = {}
    for row in ROWS.values():
        by_amount: dict[str, list[str]] = {}
        for line in row.purchases:
            by_amount.setdefault(str(line.amount), []).append(str(line.line_id))
        for bought, sold, tier, status in row.links:
            sale = sold[0] if status != "group" else None
            for amount in bought:
                found[by_amount[amount].pop()] = (status, str(tier), None, sale)
        for side, amount, status, reason in row.left_over:
            if side == "purchase":
                found[by_amount[amount].pop()] = (status, None, reason, None)
    return found


def _read(line: dict[str, Any]) -> tuple[str, str | None, str | None, str | None]:
    return (line["MatchStatus"], line["MatchTier"], line["MatchReason"], line["SalesPrice"])


def test_every_line_of_fixture_m_has_its_status_its_tier_and_its_sale(kept: Kept) -> None:
    lines = kept.reader.lines("consolidatedinvoices")
    expected = _expected()
    assert len(lines) == len(expected) == 20
    assert {line["LineId"]: _read(line) for line in lines} == expected
    for line in lines:
        is_sold = line["SalesPrice"] is not None
        assert (line["SalesCurrency"] == "EUR", line["SalesInvoiceID"] == "R-1") == (is_sold,) * 2
        assert (line["MatchGroupID"] is not None) == (line["MatchStatus"] == "group")
    (first,) = (line for line in lines if line["LineId"] == "1001")
    assert (first["SalesUnitPrice"], first["SalesDiscount"]) == ("10.00", "0.00")
    assert first["SalesLineId"] == "1001"


def test_groups_are_told_with_their_lines_and_totals(kept: Kept) -> None:
    document = kept.reader.read("consolidatedinvoices")
    ids = {
        line["LineId"]: line["MatchGroupID"]
        for line in lines_of(document)
        if line["MatchStatus"] == "group"
    }
    assert len(set(ids.values())) == 2

    def told(document_id: str, *line_ids: int) -> list[dict[str, str]]:
        return [{"InvoiceID": document_id, "LineId": str(n), "LineSeq": "1"} for n in line_ids]

    assert sorted(document["MatchGroups"], key=lambda one: one["PurchaseTotal"]) == [
        {
            "MatchGroupID": ids["6001"],
            "PurchaseLines": told(DOCUMENT, 6001, 6002, 6003),
            "PurchaseTotal": "16.75",
            "SalesLines": told("R-1", 6001),
            "SalesTotal": "20.10",
            "SubscriptionID": "700101",
        },
        {
            "MatchGroupID": ids["9001"],
            "PurchaseLines": told(OTHER, 9001),
            "PurchaseTotal": "80.00",
            "SalesLines": told("R-1", 9001, 9002),
            "SalesTotal": "100.00",
            "SubscriptionID": "700101",
        },
    ]


def test_every_sale_is_counted_once(kept: Kept) -> None:
    """I3: sales on lines, in groups and unmatched come to all sales of the file."""
    document = kept.reader.read("consolidatedinvoices")
    report = document["MatchReport"]
    assert report == {
        "PurchaseLineCount": "20",
        "SalesInGroups": "120.10",
        "SalesLineCount": "13",
        "SalesUnmatched": "110.00",
        "Statuses": [
            {"Lines": "1", "MatchStatus": "conflict_excluded"},
            {"Lines": "4", "MatchStatus": "group"},
            {"Lines": "8", "MatchStatus": "matched"},
            {"Lines": "2", "MatchStatus": "matched_by_order"},
            {"Lines": "5", "MatchStatus": "unmatched_purchase"},
        ],
        "Tiers": [
            {"Lines": str(lines), "MatchTier": str(tier)}
            for tier, lines in enumerate((1, 5, 1, 1, 4, 1, 1))
        ],
    }
    totals = [invoice["Totals"] for invoice in document["Invoices"]]
    linked = sum(Decimal(total["TotalSales"]) for total in totals)
    assert linked == Decimal("-105.42")
    sold = sum(line.amount for row in ROWS.values() for line in row.sales)
    assert linked + Decimal(report["SalesInGroups"]) + Decimal(report["SalesUnmatched"]) == sold
    for total in totals:
        assert Decimal(total["TotalPurchases"]) == (
            Decimal(total["PurchasesMatched"]) + Decimal(total["PurchasesUnmatched"])
        )
    unmatched = {
        (one["InvoiceID"], one["LineId"]): (one["SalesPrice"], one["MatchReason"])
        for one in document["UnmatchedSales"]
    }
    assert unmatched == {
        ("R-1", "10001"): ("20.00", "ambiguous_count"),
        ("R-1", "11001"): ("15.00", "sign_differs"),
        ("R-1", "13001"): ("50.00", "no_counterpart"),
        ("R-1", "15001"): ("25.00", "sale_only"),
    }
    assert {one["CustomerAccountID"] for one in document["UnmatchedSales"]} == {"1000881"}
    assert all(one["MatchKey"].startswith("mk_") for one in document["UnmatchedSales"])


def test_xml_ndjson_and_pages_say_the_same(kept: Kept) -> None:
    document = kept.reader.read("consolidatedinvoices")
    xml = ET.fromstring(kept.reader.get("consolidatedinvoices", format="xml").text)  # noqa: S314
    told = [
        [group.findtext("MatchGroupID"), *(one.text for one in group.iter("LineId"))]
        for group in xml.iter("MatchGroup")
    ]
    assert told == [
        [
            group["MatchGroupID"],
            *(one["LineId"] for one in (*group["PurchaseLines"], *group["SalesLines"])),
        ]
        for group in document["MatchGroups"]
    ]
    names = [child.tag for child in xml]
    assert names == ["Invoices", "MatchGroups", "UnmatchedSales", "MatchReport"]
    records = kept.reader.get("consolidatedinvoices", format="ndjson").text
    assert records.count('"Record":"match_group"') == 2
    assert records.count('"Record":"unmatched_sale"') == 4
    pages = [kept.reader.get("consolidatedinvoices", limit="1")]
    while "next" in pages[-1].links:
        pages.append(kept.reader.client.get(pages[-1].links["next"]["url"], headers=ACCEPT))
    parsed = [page.json(parse_float=str, parse_int=str) for page in pages]
    assert [[group["SalesTotal"] for group in one["MatchGroups"]] for one in parsed] == [
        ["20.10"],
        ["100.00"],
    ]
    assert sum(len(one["UnmatchedSales"]) for one in parsed) == 4


ACCEPT = {"Accept": "application/json"}


def test_nobody_else_sees_them_and_no_purchase_changes(kept: Kept) -> None:
    assert _everything(kept.place) == kept.before
    others = Reader(kept.place, "distributor").get("consolidatedinvoices")
    assert others.json()["MatchGroups"] == []
    refused = Reader(kept.place, "customer-1000881").get("consolidatedinvoices")
    assert refused.status_code == 403
    older = kept.reader.read("consolidatedinvoices", "v3")
    assert "MatchGroups" not in older
    assert {line["SalesPrice"] for line in lines_of(older) if line["LineId"] == "1001"} == {
        "100.00"
    }


def test_the_same_files_change_nothing_and_others_take_their_place(
    kept: Kept, tmp_path: Path
) -> None:
    house = kept.place.house
    again = pipeline.keep_match(house, kept.files, party="reseller", now=NOW)
    assert again["kept"]["status"] == "unchanged"
    tag = Reader(kept.place).get("consolidatedinvoices").headers["ETag"]
    nothing = write_lines(tmp_path / "sales.csv", [], invoice_date="")
    pipeline.keep_match(house, (kept.files[0], nothing), party="reseller", now=NOW)
    answer = Reader(kept.place).get("consolidatedinvoices")
    assert answer.headers["ETag"] != tag
    assert (answer.json()["MatchGroups"], answer.json()["UnmatchedSales"]) == ([], [])
    back = pipeline.keep_match(house, kept.files, party="reseller", now=NOW)
    assert back["kept"]["status"] == "kept"
    assert Reader(kept.place).get("consolidatedinvoices").headers["ETag"] == tag
    pipeline.collect_orphans(house)
    assert pipeline.rehash_lake(house) > 0
    assert Reader(kept.place).get("consolidatedinvoices").headers["ETag"] == tag
