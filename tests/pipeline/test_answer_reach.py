"""An answer reads no further than its documents' lines lie: those of a customer, of a reseller."""

import datetime as dt
from collections.abc import Iterator

import pytest
from crash_case import PERIOD, write_month, write_vendor_file

from tieout import pipeline
from tieout.engine.duckdb import session
from tieout.report.run_file import name_lines_of
from tieout.report.visibility import GENERAL, PREVIEW, SOLD, Viewer, Wanted, visible_invoices
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

CUSTOMERS, ROWS_EACH = 20, 15
NOW = dt.datetime(2021, 11, 2, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Bill a month: one vendor row after the other goes to the next customer."""
    folder = tmp_path_factory.mktemp("reach")
    opened = open_house(folder / "home")
    upgrade(opened.catalog)
    pipeline.load_reference(opened, write_month(folder / "reference", customers=CUSTOMERS), now=NOW)
    rows = CUSTOMERS * ROWS_EACH
    source = write_vendor_file(folder / "month.csv", rows=rows, customers=CUSTOMERS)
    pipeline.load_files(opened, [(source.name, source)], now=NOW)
    pipeline.run_period(opened, PERIOD, now=NOW)
    yield opened
    opened.catalog.close()


def read(house: House, party: str, direction: str) -> dict[str, int]:
    """Give how many rows of each relation a reader of a party's documents goes through."""
    viewer = Viewer(party, sees_cost=False, previews=SOLD)
    wanted = Wanted(statuses=(*GENERAL, *PREVIEW), direction=direction)
    documents = visible_invoices(house.catalog, viewer, wanted=wanted)
    assert documents.num_rows
    with session(house.home / "answers") as engine:
        engine.register("document", documents)
        name_lines_of(engine, house, documents="document")
        return {
            name: engine.one(f"SELECT count(*) AS n FROM {name}")["n"]
            for name in ("charge", "detail_line", "invoice_line")
        }


@pytest.mark.parametrize("customer", ["cust-0", "cust-8", "cust-18"])
def test_of_a_customer_just_its_own_lines(house: House, customer: str) -> None:
    assert read(house, customer, "incoming") == {
        "charge": ROWS_EACH,
        "detail_line": ROWS_EACH,
        "invoice_line": 1,
    }


def test_of_the_reseller_the_lines_of_all_its_customers(house: House) -> None:
    found = read(house, "brightwater", "outgoing")
    assert found["charge"] >= CUSTOMERS * ROWS_EACH
    assert found["charge"] == found["detail_line"]
    every = read(house, "northlane", "incoming")
    assert every["charge"] > found["charge"]  # those of the demo's other reseller
