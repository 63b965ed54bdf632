"""A month that was loaded and not run yet: the vendor's rows are there (reporting-api.md 3.1)."""

import csv
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest
from october import HEADER, LINES, NOW
from postgres_case import serving_role
from raw_case import CONTRACTS, RAW, VENDOR, month, new_house, owner, raw, row, summary, write
from serve_case import Place, serving

from tieout import pipeline
from tieout.pipeline import Wishes
from tieout.store.house import House

OWN_CONTRACTS = tuple(one for one in CONTRACTS if not one[0].startswith("x"))


@pytest.fixture
def place(catalog_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    """Serve October run and November loaded; PostgreSQL with row-level security."""
    house = new_house(tmp_path, catalog_url=catalog_url, contracts=OWN_CONTRACTS)
    load(house, "october.csv", month(InvoiceNumber="G-RUN"), period="2026-09")
    pipeline.run_period(house, "2026-09", now=NOW)
    torn = row(1, InvoiceNumber="G-NEW", VendorInvoiceRowId="torn", ChargeStartDate="31/31/2021")
    load(house, "november.csv", [*month(InvoiceNumber="G-NEW"), torn], period="2026-10")
    with closing(house.catalog):
        if house.catalog.is_sqlite:
            with serving(house) as running:
                yield running
            return
        server = request.getfixturevalue("postgres_server")
        with serving_role(server, house.catalog) as url, serving(house, serve_catalog=url) as one:
            yield one


def load(house: House, name: str, rows: list[list[str]], *, period: str) -> None:
    """Load one file of a month, and run nothing."""
    path = write(house.home.parent / name, HEADER, rows)
    pipeline.load_files(house, [(name, path)], wishes=Wishes(period=period), now=NOW)


def test_a_loaded_month_is_there_before_it_is_run(place: Place) -> None:
    visitor = owner(place)
    assert [one["vendorInvoiceNumber"] for one in summary(visitor)] == ["G-RUN", "G-NEW"]
    before, after = summary(visitor)
    # the billing day of the contract in the month after (ruling 8)
    assert before["invoiceDateUtc"] == "2026-10-23T00:00:00Z"
    assert after["invoiceDateUtc"] == "2026-11-23T00:00:00Z"
    assert after["vendorFullName"] == before["vendorFullName"] == VENDOR.title()
    assert after["contractTypeName"] == before["contractTypeName"]
    assert after["lineCount"] == "12"
    total = sum(Fraction(total) for *_, total in LINES) + Fraction(LINES[0][-1])
    assert Fraction(after["vendorTotal"]) == total
    rows = raw(visitor, "G-NEW")
    file = place.house.home.parent / "november.csv"
    with file.open(newline="", encoding="utf-8") as stream:
        assert [one["row"] for one in rows] == list(csv.DictReader(stream))
    assert {(one["matchKey"], one["matchMethod"]) for one in rows} == {(None, None)}
    assert [one["reasonCode"] for one in rows][:-1] == [None] * 11
    assert rows[-1]["reasonCode"] is not None
    tag = visitor.client.get(f"{RAW}/distributor/summary").headers["ETag"]
    pipeline.run_period(place.house, "2026-10", now=NOW)
    assert summary(visitor) == [before, after]
    assert visitor.client.get(f"{RAW}/distributor/summary").headers["ETag"] != tag
    matched = raw(visitor, "G-NEW")
    assert [one["row"] for one in matched] == [one["row"] for one in rows]
    assert all(one["matchKey"] for one in matched[:-1])


def test_nobody_else_sees_it(place: Place) -> None:
    reseller = owner(place, "reseller", role="sellerAdmin")
    for party in ("reseller", "distributor"):
        answer = reseller.client.get(f"{RAW}/{party}/summary")
        assert answer.status_code in (403, 404)


def test_where_two_buy_from_the_vendor_a_month_is_nobodys_before_it_is_run(
    tmp_path: Path,
) -> None:
    house = new_house(tmp_path)
    load(house, "november.csv", month(InvoiceNumber="G-NEW"), period="2026-10")
    with closing(house.catalog), serving(house) as running:
        for name, role in (("distributor", "distributorAdmin"), ("other", "sellerAdmin")):
            visitor = owner(running, name, role=role)
            assert visitor.code(f"{RAW}/{name}/summary") == (400, "NO_VENDOR_INVOICES")
        pipeline.run_period(house, "2026-10", now=NOW)
        (told,) = summary(owner(running))
        assert told["vendorInvoiceNumber"] == "G-NEW"
        other = owner(running, "other", role="sellerAdmin")
        assert other.code(f"{RAW}/other/summary") == (400, "NO_VENDOR_INVOICES")
